using Backup.Sql.Catalog;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Rows;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Writes every version that a table's rows had at some mark of a window: out of the log what a row was before it
/// changed, out of the table what it is now. A version's time is that of the first mark at which it could be seen.
/// </summary>
internal sealed class VersionExport : IDisposable
{
    private const int KeysBetweenChecks = 256;
    private readonly TableDefinition _table;
    private readonly KeySpan _span;
    private readonly IReadOnlyList<HistoryMark> _marks;
    private readonly bool _withBase;
    private readonly RowEncoder _rowEncoder;
    private readonly RowEncoder _lineEncoder;
    private readonly Statement _rows;
    private readonly Statement _lines;
    private readonly List<(long Mark, byte[]? Value)> _before = [];
    private readonly Queue<(HlcTimestamp Time, byte[]? Value)> _versions = new();
    private readonly int _firstColumn;
    private byte[] _key = [];
    private bool _hasRow;
    private bool _hasLine;
    private bool _started;

    /// <summary>Prepares an export.</summary>
    /// <param name="connection">Reads in the snapshot.</param>
    /// <param name="schema">The database's schema.</param>
    /// <param name="history">The table's log in the window.</param>
    /// <param name="span">The range of keys.</param>
    public VersionExport(Connection connection, SqliteSchema schema, TableHistory history, KeySpan span)
    {
        var table = history.Table;
        _table = table;
        _span = span;
        _marks = history.Marks;
        _withBase = history.HasBase;
        _rowEncoder = new RowEncoder(schema);
        _lineEncoder = new RowEncoder(schema);
        _firstColumn = table.LogKey.Count;
        var keys = table.RowId is not null
            ? Connection.Quote(table.RowId)
            : string.Join(", ", table.Key.Select(part => Connection.Quote(table.Columns[part.Ordinal])));
        var columns = string.Join(", ", table.Columns.Select(Connection.Quote));
        _rows = connection.Prepare(
            $"SELECT {keys}, {columns} FROM main.{table.Quoted} NOT INDEXED ORDER BY {keys}");
        var logKey = string.Join(", ", table.LogKey);
        var values = string.Join(", ", table.Columns.Select((_, i) => $"c{i}"));
        _lines = connection.Prepare(
            $"SELECT {logKey}, {values}, mark, kind FROM {table.Log} "
            + $"WHERE seq >= {Connection.Literal(history.FirstLine)} ORDER BY {logKey}, seq");
    }

    /// <summary>Runs the export.</summary>
    public async Task RunAsync(IRowVersionSink sink, CancellationToken cancellationToken)
    {
        var more = true;
        while (more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!WriteSome(sink, out more))
                await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _lines.Dispose();
        _rowEncoder.Dispose();
        _lineEncoder.Dispose();
    }

    private bool WriteSome(IRowVersionSink sink, out bool more)
    {
        for (var i = 0; i < KeysBetweenChecks; i++)
        {
            while (_versions.TryDequeue(out var version))
            {
                more = true;
                var row = version.Value is null
                    ? RowVersion.Deletion(_key, version.Time)
                    : new RowVersion(_key, version.Time, version.Value);
                if (!sink.Write(row))
                    return false;
            }

            more = NextKey();
            if (!more)
                return true;
        }

        more = true;
        return true;
    }

    /// <summary>Puts together the versions of the next key.</summary>
    /// <returns>False behind the last one.</returns>
    private bool NextKey()
    {
        if (!_started)
        {
            _started = true;
            StepRow();
            StepLine();
        }

        if (!_hasRow && !_hasLine)
            return false;
        var order = !_hasRow ? 1 : !_hasLine ? -1 : _rowEncoder.Key.SequenceCompareTo(_lineEncoder.Key);
        _key = (order <= 0 ? _rowEncoder.Key : _lineEncoder.Key).ToArray();
        byte[]? now = null;
        if (order <= 0)
        {
            now = _rowEncoder.Record(_rows, _firstColumn, _table.Columns.Count).ToArray();
            StepRow();
        }

        _before.Clear();
        while (order >= 0 && _hasLine && _lineEncoder.Key.SequenceEqual(_key))
        {
            ReadLine();
            StepLine();
        }

        if (_span.Contains(_key))
            Queue(now);
        return true;
    }

    /// <summary>Of the lines between two marks the first one tells what the row was at the first mark.</summary>
    private void ReadLine()
    {
        var column = _firstColumn + _table.Columns.Count;
        var mark = _lines.Integer(column);
        if (_before.Count > 0 && _before[^1].Mark == mark)
            return;
        var value = _lines.Integer(column + 1) == 0
            ? null
            : _lineEncoder.Record(_lines, _firstColumn, _table.Columns.Count).ToArray();
        _before.Add((mark, value));
    }

    private void Queue(byte[]? now)
    {
        for (var i = _before.Count - 1; i >= 0; i--)
            _versions.Enqueue((After(_before[i].Mark), i == _before.Count - 1 ? now : _before[i + 1].Value));
        var first = _before.Count == 0 ? now : _before[0].Value;
        if (_withBase && first is not null)
            _versions.Enqueue((_marks[0].Time, first));
    }

    /// <summary>The time of the mark that follows another.</summary>
    private HlcTimestamp After(long mark)
    {
        var (low, high) = (0, _marks.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_marks[middle].Id > mark)
                high = middle;
            else
                low = middle + 1;
        }

        return _marks[low].Time;
    }

    private void StepRow()
    {
        _hasRow = _rows.Step();
        WriteKey(_rowEncoder, _rows, _hasRow);
    }

    private void StepLine()
    {
        _hasLine = _lines.Step();
        WriteKey(_lineEncoder, _lines, _hasLine);
    }

    private void WriteKey(RowEncoder encoder, Statement statement, bool isThere)
    {
        encoder.BeginKey();
        for (var i = 0; isThere && i < _firstColumn; i++)
            encoder.AddToKey(statement, i);
    }
}
