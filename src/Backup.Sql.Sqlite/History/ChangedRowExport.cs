using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Rows;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Reads the keys out of the log that changed since a mark, and of each the row as it is now, or that there is none.
/// </summary>
internal sealed class ChangedRowExport : ExportLoop
{
    private readonly TableDefinition _table;
    private readonly KeySpan _span;
    private readonly RowEncoder _encoder;
    private readonly Statement _rows;
    private byte[] _last = [];

    /// <summary>Prepares an export.</summary>
    /// <param name="connection">Reads in the snapshot.</param>
    /// <param name="schema">The database's schema.</param>
    /// <param name="table">The table.</param>
    /// <param name="first">The first line after the mark.</param>
    /// <param name="span">The range of keys.</param>
    public ChangedRowExport(
        Connection connection, SqliteSchema schema, TableDefinition table, long first, KeySpan span)
    {
        _table = table;
        _span = span;
        _encoder = new RowEncoder(schema);
        _rows = connection.Prepare(Sql(first));
    }

    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        _encoder.Dispose();
    }

    protected override bool MoveNext() => _rows.Step();

    protected override bool Write(IRowVersionSink sink)
    {
        var keys = _table.LogKey.Count;
        var isThere = _rows.Integer(0) != 0;
        if (isThere)
        {
            WriteKey(1 + keys);
            _last = _encoder.Key.ToArray();
        }

        WriteKey(1);
        if (!_span.Contains(_encoder.Key))
            return true;

        // Numbers of both kinds are one key to SQLite and may be two to us: the row has one of them.
        return isThere && _encoder.Key.SequenceEqual(_last)
            ? sink.Write(new RowVersion(
                _encoder.Key, HlcTimestamp.Zero, _encoder.Record(_rows, 1 + (2 * keys), _table.Columns.Count)))
            : sink.Write(RowVersion.Deletion(_encoder.Key, HlcTimestamp.Zero));
    }

    private void WriteKey(int column)
    {
        _encoder.BeginKey();
        for (var i = 0; i < _table.LogKey.Count; i++)
            _encoder.AddToKey(_rows, column + i);
    }

    private string Sql(long first)
    {
        var log = _table.LogKey;
        var keys = _table.RowId is not null
            ? [Connection.Quote(_table.RowId)]
            : _table.Key.Select(part => Connection.Quote(_table.Columns[part.Ordinal])).ToArray();
        var sql = new StringBuilder($"SELECT t.{keys[0]} IS NOT NULL");
        foreach (var key in log)
            sql.Append(", l.").Append(key);
        foreach (var key in keys)
            sql.Append(", t.").Append(key);
        foreach (var column in _table.Columns)
            sql.Append(", t.").Append(Connection.Quote(column));
        var kinds = _table.RowId is not null ? [] : log.Select(key => $"typeof({key})");
        sql.Append($" FROM (SELECT DISTINCT {string.Join(", ", log.Concat(kinds))} FROM {_table.Log} ")
            .Append($"WHERE seq >= {Connection.Literal(first)}) AS l LEFT JOIN main.{_table.Quoted} AS t ON ")
            .AppendJoin(" AND ", log.Select((key, i) => $"t.{keys[i]} = l.{key}"))
            .Append(" ORDER BY ").AppendJoin(", ", log.Select(key => $"l.{key}"));
        return sql.ToString();
    }
}
