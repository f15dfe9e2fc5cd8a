using Backup.Sql.Catalog;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Rows;

namespace Backup.Sql.Sqlite.History;

/// <summary>Reads out of the log what the rows that changed since a line were before.</summary>
internal sealed class LoggedRowExport : ExportLoop
{
    private readonly TableDefinition _table;
    private readonly RowEncoder _encoder;
    private readonly Statement _rows;

    /// <summary>Prepares an export.</summary>
    /// <param name="connection">Reads in the snapshot.</param>
    /// <param name="schema">The database's schema.</param>
    /// <param name="table">The table.</param>
    /// <param name="first">The first line.</param>
    public LoggedRowExport(Connection connection, SqliteSchema schema, TableDefinition table, long first)
    {
        _table = table;
        _encoder = new RowEncoder(schema);
        var key = string.Join(", ", table.LogKey);
        var values = string.Join(", ", table.Columns.Select((_, i) => $"c{i}"));
        _rows = connection.Prepare(
            $"SELECT {key}, {values} FROM {table.Log} WHERE kind = 1 AND seq IN "
            + $"(SELECT min(seq) FROM {table.Log} WHERE seq >= {Connection.Literal(first)} GROUP BY {key})");
    }

    protected override bool MoveNext() => _rows.Step();

    protected override bool Write(IRowVersionSink sink)
    {
        _encoder.BeginKey();
        for (var i = 0; i < _table.LogKey.Count; i++)
            _encoder.AddToKey(_rows, i);
        return sink.Write(new RowVersion(
            _encoder.Key, HlcTimestamp.Zero, _encoder.Record(_rows, _table.LogKey.Count, _table.Columns.Count)));
    }

    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        _encoder.Dispose();
    }
}
