namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The keys of one relation that changed, each with what the log says of its row; at some number it gives up, for
/// memory has a bound.
/// </summary>
/// <remarks>
/// Only tables whose key is checked at once are tracked: no two rows ever stand at one key, so that what the log says
/// last of a key holds.
/// </remarks>
/// <param name="records">Keeps the rows.</param>
internal sealed class ChangedKeys(RecordStore records)
{
    /// <summary>Some 50 MB at keys of one number. A table that changes more is read whole with less trouble.</summary>
    private const int Most = 500_000;

    private readonly Dictionary<ReadOnlyMemory<byte>, (RowFate Fate, ReadOnlyMemory<byte> Record)> _rows =
        new(KeyComparer.Instance);

    /// <summary>True when not all of the keys are known.</summary>
    public bool IsLost { get; private set; }

    /// <summary>When all has been added: the rows, keys ascending.</summary>
    public IReadOnlyList<ChangedRow> Sorted { get; private set; } = [];

    /// <summary>Says that something changed whose key is not known.</summary>
    public void Lose()
    {
        IsLost = true;
        _rows.Clear();
        _rows.TrimExcess();
        Sorted = [];
    }

    /// <summary>A key has a row from now on, whatever it had before.</summary>
    /// <param name="key">The key.</param>
    /// <param name="record">The row; empty when not all of it is known.</param>
    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record) =>
        Set(key, !record.IsEmpty && records.TryAdd(record, out var kept) ? (RowFate.Told, kept) : default);

    /// <summary>A key has none any more.</summary>
    public void Remove(ReadOnlySpan<byte> key) => Set(key, (RowFate.Gone, default));

    /// <summary>Says that all has been added.</summary>
    public void Complete()
    {
        Sorted = Sort(_rows.Select(row => new ChangedRow(row.Key, row.Value.Fate, row.Value.Record)));
        _rows.Clear();
        _rows.TrimExcess();
    }

    /// <summary>
    /// The rows of several relations that are one table, keys ascending, each once: those that moved are looked up.
    /// </summary>
    public static IReadOnlyList<ChangedRow> Union(IEnumerable<IReadOnlyList<ChangedRow>> changed)
    {
        var all = new Dictionary<ReadOnlyMemory<byte>, ChangedRow>(KeyComparer.Instance);
        foreach (var row in changed.SelectMany(rows => rows))
            all[row.Key] = all.ContainsKey(row.Key) ? new ChangedRow(row.Key, RowFate.Unsaid, default) : row;
        return Sort(all.Values);
    }

    private static ChangedRow[] Sort(IEnumerable<ChangedRow> rows)
    {
        ChangedRow[] sorted = [.. rows];
        Array.Sort(sorted, static (one, other) => KeyComparer.Instance.Compare(one.Key, other.Key));
        return sorted;
    }

    private void Set(ReadOnlySpan<byte> key, (RowFate Fate, ReadOnlyMemory<byte> Record) row)
    {
        if (IsLost)
            return;
        _rows.GetAlternateLookup<ReadOnlySpan<byte>>()[key] = row;
        if (_rows.Count > Most)
            Lose();
    }
}
