using System.Text;
using Backup.Sql.Catalog;

namespace CsvSample;

/// <summary>The rows of a table, in the order of their keys. Where there is no key, the number of the line is it.</summary>
internal sealed class CsvRows(TableDescriptor table)
{
    private readonly SortedDictionary<byte[], object?[]> _rows =
        new(Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));

    private long _lastLine;

    public TableDescriptor Table => table;

    public IReadOnlyCollection<KeyValuePair<byte[], object?[]>> All => _rows;

    public static CsvRows Read(CsvStore store, CsvTable table)
    {
        var rows = new CsvRows(table.Descriptor);
        try
        {
            var text = store.Read(table.File);
            var header = text.IndexOf('\n', StringComparison.Ordinal) + 1;
            foreach (var row in CsvText.Read(text[header..], [.. table.Descriptor.Columns.Select(c => c.Type.Kind)]))
                rows.Add(row);
            return rows;
        }
        catch (Exception damage) when (damage is FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw CsvErrors.Damaged(table.File);
        }
    }

    public void Add(object?[] row)
    {
        var key = table.PrimaryKey.Count > 0 ? CsvCodec.Key(Pick(row, table.PrimaryKey)) : CsvCodec.Key([++_lastLine]);
        if (!_rows.TryAdd(key, row))
            throw CsvErrors.DuplicateKey(table.Name);
    }

    public void Remove(IEnumerable<object?> key) => _rows.Remove(CsvCodec.Key(key));

    /// <summary>Some values of a row.</summary>
    public IEnumerable<object?> Pick(object?[] row, IReadOnlyList<string> columns) =>
        columns.Select(name => row[table.Columns.ToList().FindIndex(column => column.Name == name)]);

    /// <summary>The file.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendJoin(',', table.Columns.Select(column => column.Name)).Append('\n');
        foreach (var row in _rows.Values)
            CsvText.Append(text, row);
        return text.ToString();
    }
}
