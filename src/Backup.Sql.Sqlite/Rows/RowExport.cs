using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>
/// Reads the rows of one table and writes them to a sink: storage classes and bytes as they stand in the database,
/// nothing is allocated per row.
/// </summary>
internal sealed class RowExport : ExportLoop
{
    private readonly SqliteTable _table;
    private readonly KeySpan _span;
    private readonly int? _shadow;
    private readonly RowEncoder _encoder;
    private readonly Statement _rows;
    private readonly bool _filtered;
    private readonly int _firstColumn;
    private long _ordinal;

    /// <summary>Prepares an export.</summary>
    /// <param name="connection">Reads in the snapshot.</param>
    /// <param name="schema">The database's schema.</param>
    /// <param name="table">The table: never a virtual one.</param>
    /// <param name="shadow">The number that leads the keys of a virtual table's own tables; null for others.</param>
    /// <param name="span">The range of keys.</param>
    public RowExport(Connection connection, SqliteSchema schema, SqliteTable table, int? shadow, KeySpan span)
    {
        _table = table;
        _span = span;
        _shadow = shadow;
        _encoder = new RowEncoder(schema);
        _firstColumn = table.RowIdColumn < 0 && table.RowIdName is not null ? 1 : 0;
        var (first, last) = shadow is null ? RowIdBounds(out _filtered) : (null, null);
        if (shadow is not null)
            _filtered = span != KeySpan.All;
        _rows = connection.Prepare(Sql(first, last));
    }

    protected override void Dispose(bool disposing)
    {
        _rows.Dispose();
        _encoder.Dispose();
    }

    protected override bool MoveNext() => _rows.Step();

    protected override bool Write(IRowVersionSink sink)
    {
        var record = _encoder.Record(_rows, _firstColumn, _table.Columns.Count);
        WriteKey();
        if (_filtered && !_span.Contains(_encoder.Key))
            return true;
        return sink.Write(new RowVersion(_encoder.Key, HlcTimestamp.Zero, record));
    }

    private void WriteKey()
    {
        _encoder.BeginKey();
        if (_shadow is { } shadow)
            _encoder.AddToKey(shadow);
        if (_table.IsWithoutRowId)
        {
            foreach (var column in _table.KeyColumns)
                _encoder.AddToKey(_rows, column.Ordinal);
        }
        else
        {
            // Where columns have taken all names of the rowid, the place in the table has to do.
            _encoder.AddToKey(_table.RowIdName is null ? ++_ordinal : _rows.Integer(Math.Max(0, _table.RowIdColumn)));
        }
    }

    /// <summary>The span as rowids, so that SQLite goes straight to its first row.</summary>
    private (long? First, long? End) RowIdBounds(out bool filtered)
    {
        var first = RowKeys.RowIdOf(_span.Start.Span);
        var end = RowKeys.RowIdOf(_span.End.Span);
        var hasRowId = !_table.IsWithoutRowId && _table.RowIdName is not null;
        filtered = !hasRowId
            ? _span != KeySpan.All
            : (first is null && !_span.Start.IsEmpty) || (end is null && !_span.End.IsEmpty);
        return hasRowId ? (first, end) : (null, null);
    }

    private string Sql(long? first, long? end)
    {
        var sql = new StringBuilder("SELECT ");
        if (_firstColumn == 1)
            sql.Append(Connection.Quote(_table.RowIdName!));
        for (var i = 0; i < _table.Columns.Count; i++)
            sql.Append(i + _firstColumn == 0 ? string.Empty : ", ").Append(Connection.Quote(_table.Columns[i]));

        // An index that covers all columns would give another order.
        sql.Append(" FROM main.").Append(_table.Quoted).Append(" NOT INDEXED");
        if (first is not null || end is not null)
            sql.Append(" WHERE ");
        var rowId = _table.RowIdName is null ? string.Empty : Connection.Quote(_table.RowIdName);
        if (first is { } from)
            sql.Append(rowId).Append(" >= ").Append(Connection.Literal(from));
        if (first is not null && end is not null)
            sql.Append(" AND ");
        if (end is { } before)
            sql.Append(rowId).Append(" < ").Append(Connection.Literal(before));
        if (!_table.IsWithoutRowId && _table.RowIdName is not null)
            sql.Append(" ORDER BY ").Append(rowId);
        return sql.ToString();
    }
}
