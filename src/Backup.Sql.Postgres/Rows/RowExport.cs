using System.Buffers.Binary;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Encodes the rows that a COPY gives and hands those of a span to a sink: field by field out of the bytes that came,
/// nothing is allocated per row.
/// </summary>
internal sealed class RowExport : IDisposable
{
    private readonly StoredTable _table;
    private readonly KeySpan _span;
    private readonly bool _isFiltered;
    private readonly long? _heap;
    private readonly int _firstField;
    private readonly RecordFields _record = new();
    private readonly KeyFields _key = new();
    private readonly StoredColumn[] _columns;
    private readonly int[] _keyColumns;
    private readonly HlcTimestamp _time;
    private readonly bool _isTimed;

    /// <summary>Prepares an export.</summary>
    /// <param name="table">The table.</param>
    /// <param name="heap">The heap whose rows come with their places; null for rows with keys.</param>
    /// <param name="span">The range of keys.</param>
    /// <param name="time">The time that rows get.</param>
    /// <param name="isTimed">
    /// Whether each row comes behind a time of its own, in nanoseconds, and whether it is one: else it is a deletion.
    /// </param>
    public RowExport(
        StoredTable table, StoredHeap? heap, KeySpan span, HlcTimestamp time = default, bool isTimed = false)
    {
        _time = time;
        _isTimed = isTimed;
        _table = table;
        _span = span;
        _isFiltered = span != KeySpan.All;
        _heap = table.IsPartitioned ? heap?.Oid : null;
        _firstField = isTimed ? 2 : table.HasKey ? 0 : 1;
        _columns = [.. table.Columns];
        _keyColumns = [.. table.Key];
    }

    /// <summary>How many fields the rows of the COPY have.</summary>
    public int Fields => _firstField + _columns.Length;

    /// <summary>Writes all rows.</summary>
    public async ValueTask RunAsync(CopyReader rows, IRowVersionSink sink, CancellationToken cancellationToken)
    {
        while (await rows.FillAsync().ConfigureAwait(false))
        {
            while (!WriteSome(rows, sink))
            {
                await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        _record.Dispose();
        _key.Dispose();
    }

    /// <summary>Writes the rows that have come whole.</summary>
    /// <returns>False when the sink is to be flushed first.</returns>
    private bool WriteSome(CopyReader rows, IRowVersionSink sink)
    {
        while (rows.TryRead())
        {
            WriteKey(rows);
            var key = _key.Writer.Written;
            if (_isFiltered && !_span.Contains(key))
                continue;
            if (!sink.Write(Version(key, rows)))
                return false;
        }

        return true;
    }

    private RowVersion Version(ReadOnlySpan<byte> key, CopyReader rows)
    {
        if (!_isTimed)
            return new RowVersion(key, _time, Record(rows));
        var time = new HlcTimestamp(BinaryPrimitives.ReadInt64BigEndian(rows.Field(0)));
        return rows.Field(1)[0] != 0 ? new RowVersion(key, time, Record(rows)) : RowVersion.Deletion(key, time);
    }

    private ReadOnlySpan<byte> Record(CopyReader rows)
    {
        var writer = _record.Writer;
        writer.Reset();
        for (var i = 0; i < _columns.Length; i++)
        {
            var field = _firstField + i;
            if (rows.IsNull(field))
                writer.WriteNull();
            else
                _record.Write(_columns[i].Form, _columns[i].Element, rows.Field(field));
        }

        return writer.Finish();
    }

    private void WriteKey(CopyReader rows)
    {
        _key.Writer.Reset();
        if (!_table.HasKey)
        {
            if (_heap is { } heap)
                _key.Writer.WriteInteger(heap);
            _key.Writer.WriteInteger(FieldValues.Place(rows.Field(0)));
            return;
        }

        foreach (var column in _keyColumns)
            _key.Write(_columns[column].Form, _columns[column].Element, rows.Field(_firstField + column));
    }
}
