using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// What a table's rows live in: all versions by key, and indexes of the newest. Not for concurrent use: the store's
/// lock guards it.
/// </summary>
internal sealed class MemoryTable
{
    private readonly List<MemoryIndex> _indexes = [];

    public RowStore Rows { get; } = new();

    /// <summary>The last row id given to a row of a table without a primary key.</summary>
    public long LastRowId { get; private set; }

    /// <summary>
    /// Adds a version; a value of null deletes. Returns the name of a unique index that is broken now, or null.
    /// </summary>
    public string? Put(byte[] key, byte[]? value, CommitStamp stamp)
    {
        var chain = Rows.GetOrAdd(key);
        if (chain.Newest?.Value is { } old)
            _indexes.ForEach(index => index.Remove(chain.Key, old));
        chain.Newest = new RowNode(stamp, value, chain.Newest);
        if (value is null)
            return null;
        string? broken = null;
        foreach (var index in _indexes)
        {
            if (!index.Add(chain.Key, value))
                broken ??= index.Descriptor.Name;
        }

        return broken;
    }

    /// <summary>Takes the newest version of a row away again.</summary>
    public void Undo(byte[] key)
    {
        var chain = Rows.Find(key);
        if (chain?.Newest is not { } undone)
            return;
        if (undone.Value is not null)
            _indexes.ForEach(index => index.Remove(chain.Key, undone.Value));
        chain.Newest = undone.Older;
        if (chain.Newest is null)
            Rows.Remove(key);
        else if (chain.Newest.Value is { } restored)
            _indexes.ForEach(index => index.Add(chain.Key, restored));
    }

    public long NextRowId() => ++LastRowId;

    /// <summary>Remembers the row id of a key that came from elsewhere, so that it is not given out again.</summary>
    public void NoteRowId(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        if (reader.MoveNext() && reader.Kind == ValueKind.Integer)
            LastRowId = Math.Max(LastRowId, reader.GetInteger());
    }

    /// <summary>The newest rows that are there.</summary>
    public IEnumerable<(byte[] Key, byte[] Value)> Newest()
    {
        foreach (var chain in Rows.All())
        {
            if (chain.Newest?.Value is { } value)
                yield return (chain.Key, value);
        }
    }

    /// <summary>Makes the indexes of a descriptor anew.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 23505 two rows agree in a unique index; the old indexes stay.
    /// </exception>
    public void Index(TableDescriptor table)
    {
        var made = table.Indexes.Select(index => new MemoryIndex(index, Ordinals(table, index.Columns))).ToList();
        foreach (var (key, value) in Newest())
        {
            foreach (var index in made)
            {
                if (!index.Add(key, value))
                    throw MemoryErrors.DuplicateKey(table, index.Descriptor.Name);
            }
        }

        _indexes.Clear();
        _indexes.AddRange(made);
    }

    /// <summary>Tells whether a newest row has some values in some columns.</summary>
    public bool Has(TableDescriptor table, IReadOnlyList<string> columns, byte[] values)
    {
        if (columns.SequenceEqual(table.PrimaryKey))
            return Rows.Find(values)?.Newest?.Value is not null;
        if (_indexes.FirstOrDefault(index => index.Descriptor.Columns.SequenceEqual(columns)) is { } index)
            return index.Contains(values);
        var ordinals = Ordinals(table, columns);
        return Newest().Any(row => ValueReader.ReadKey(row.Value, ordinals, out _).AsSpan().SequenceEqual(values));
    }

    /// <summary>
    /// Where columns stand in a row. Other engines may spell a column in another case where they refer to it.
    /// </summary>
    public static IReadOnlyList<int> Ordinals(TableDescriptor table, IReadOnlyList<string> columns)
    {
        var names = table.Columns.Select(column => column.Name).ToList();
        return [.. columns.Select(Find)];

        int Find(string column)
        {
            var exact = names.IndexOf(column);
            if (exact < 0)
                exact = names.FindIndex(name => StringComparer.OrdinalIgnoreCase.Equals(name, column));
            return exact >= 0 ? exact : throw MemoryErrors.NoSuchColumn(table, column);
        }
    }
}
