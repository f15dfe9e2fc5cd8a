using System.Buffers;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Changes;

/// <summary>A few rows by their keys.</summary>
internal sealed class FoundRows : IRowVersionSink
{
    private readonly Dictionary<ReadOnlyMemory<byte>, (int Start, int Length)> _rows = new(KeyComparer.Instance);
    private readonly ArrayBufferWriter<byte> _records = new();

    public void Clear()
    {
        _rows.Clear();
        _records.ResetWrittenCount();
    }

    public bool Write(in RowVersion row)
    {
        _rows[row.Key.ToArray()] = (_records.WrittenCount, row.Value.Length);
        _records.Write(row.Value);
        return true;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>Hands on the row of a key, or its deletion.</summary>
    /// <returns>What the sink says.</returns>
    public bool WriteTo(IRowVersionSink sink, ReadOnlyMemory<byte> key, HlcTimestamp time) =>
        _rows.TryGetValue(key, out var place)
            ? sink.Write(new RowVersion(
                key.Span, HlcTimestamp.Zero, _records.WrittenSpan.Slice(place.Start, place.Length)))
            : sink.Write(RowVersion.Deletion(key.Span, time));
}
