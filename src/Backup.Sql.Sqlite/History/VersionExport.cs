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
internal sealed class VersionExport : ExportLoop
{
    private readonly TableDefinition _table;
    private readonly KeySpan _span;
    private readonly HlcTimestamp _start;
    private readonly IReadOnlyList<LoggedSpan> _spans;
    private readonly bool _withBase;
    private readonly RowEncoder _rowEncoder;
    private readonly RowEncoder _lineEncoder;
    private readonly Statement _rows;
    private readonly Statement _lines;
    private readonly List<(LoggedSpan Span, byte[]? Value)> _before = [];
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
        _start = history.Start;
        _spans = history.Lines;
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
            $"SELECT {logKey}, {values}, seq, kind FROM {table.Log} "
            + $"WHERE seq >= {Connection.Literal(history.FirstLine)} ORDER BY {logKey}, seq");
    }

    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        _lines.Dispose();
        _rowEncoder.Dispose();
        _lineEncoder.Dispose();
    }

    protected override bool MoveNext() => _versions.Count > 0 || NextKey();

    protected override bool Write(IRowVersionSink sink)
    {
        if (!_versions.TryDequeue(out var version))
            return true;
        return sink.Write(version.Value is null
            ? RowVersion.Deletion(_key, version.Time)
            : new RowVersion(_key, version.Time, version.Value));
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
        var span = SpanOf(_lines.Integer(column));
        if (_before.Count > 0 && _before[^1].Span == span)
            return;
        var value = _lines.Integer(column + 1) == 0
            ? null
            : _lineEncoder.Record(_lines, _firstColumn, _table.Columns.Count).ToArray();
        _before.Add((span, value));
    }

    private void Queue(byte[]? now)
    {
        for (var i = _before.Count - 1; i >= 0; i--)
            _versions.Enqueue((_before[i].Span.Time, i == _before.Count - 1 ? now : _before[i + 1].Value));
        var first = _before.Count == 0 ? now : _before[0].Value;
        if (_withBase && first is not null)
            _versions.Enqueue((_start, first));
    }

    /// <summary>The marks between which a line was written. A snapshot is at a mark: there is one behind it.</summary>
    private LoggedSpan SpanOf(long line)
    {
        var (low, high) = (0, _spans.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_spans[middle].Last >= line)
                high = middle;
            else
                low = middle + 1;
        }

        return _spans[low];
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
