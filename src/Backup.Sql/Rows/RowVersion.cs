using Backup.Sql.Catalog;

namespace Backup.Sql.Rows;

/// <summary>One version of one row, encoded. The spans are valid only during the call that hands it over.</summary>
public readonly ref struct RowVersion
{
    /// <summary>A row that is there.</summary>
    /// <param name="key">The key, order-preserving.</param>
    /// <param name="timestamp">When it was written; zero where the engine does not know.</param>
    /// <param name="value">The record.</param>
    public RowVersion(ReadOnlySpan<byte> key, HlcTimestamp timestamp, ReadOnlySpan<byte> value)
    {
        Key = key;
        Timestamp = timestamp;
        Value = value;
    }

    private RowVersion(ReadOnlySpan<byte> key, HlcTimestamp timestamp)
    {
        Key = key;
        Timestamp = timestamp;
        IsDeletion = true;
    }

    /// <summary>The key: bytes whose order is the order of rows.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>When the version was written; zero where the engine does not know.</summary>
    public HlcTimestamp Timestamp { get; }

    /// <summary>The record; empty for a deletion.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>True when this version is the row's deletion.</summary>
    public bool IsDeletion { get; }

    /// <summary>The deletion of a row.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timestamp">When it was deleted.</param>
    /// <returns>The version.</returns>
    public static RowVersion Deletion(ReadOnlySpan<byte> key, HlcTimestamp timestamp) => new(key, timestamp);
}
