using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.TestKit;

/// <summary>The rows of one table, as copies.</summary>
public sealed class TableContents
{
    private readonly SortedDictionary<byte[], byte[]> _rows;
    private readonly bool _stableKeys;

    internal TableContents(SortedDictionary<byte[], byte[]> rows, bool stableKeys)
    {
        _rows = rows;
        _stableKeys = stableKeys;
    }

    /// <summary>Number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>
    /// The rows as text, one for each, in key order; where keys mean nothing in the order of the text.
    /// </summary>
    /// <returns>The lines.</returns>
    public IReadOnlyList<string> ToLines()
    {
        var lines = _rows.Values.Select(Print);
        return [.. _stableKeys ? lines : lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>Compares row by row: keys, where they identify rows, and values, bit for bit.</summary>
    /// <param name="other">The other table.</param>
    /// <returns>The first difference as a sentence, or null.</returns>
    public string? FindDifference(TableContents other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Count != other.Count)
            return $"{Count} rows against {other.Count}.";
        if (_stableKeys && other._stableKeys)
        {
            foreach (var (key, value) in _rows)
            {
                if (!other._rows.TryGetValue(key, out var theirs))
                    return $"Only one side has the row {Print(value)}.";
                if (!value.AsSpan().SequenceEqual(theirs))
                    return $"Row {Print(value)} against {Print(theirs)}.";
            }

            return null;
        }

        var ours = _rows.Values.Order(ByteArrayComparer.Instance);
        var different = ours.Zip(other._rows.Values.Order(ByteArrayComparer.Instance))
            .FirstOrDefault(pair => !pair.First.AsSpan().SequenceEqual(pair.Second));
        return different.First is null ? null : $"Row {Print(different.First)} against {Print(different.Second)}.";
    }

    internal IReadOnlyDictionary<byte[], byte[]> Rows => _rows;

    private static string Print(byte[] record) =>
        string.Join(", ", ValueReader.ReadAll(record).Select(ValueText.Print));
}
