using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>Puts rows into a table, with the rowids that they had. Nothing is allocated per row.</summary>
internal sealed unsafe class RowInserter : IDisposable
{
    private readonly SqliteTable _table;
    private readonly bool _keepsRowId;
    private readonly bool _keyHasShadow;
    private readonly Statement _insert;
    private readonly int _firstColumn;
    private readonly string _database;

    /// <summary>Prepares the insertion.</summary>
    /// <param name="connection">Writes in the restore's transaction.</param>
    /// <param name="table">The table as it was made.</param>
    /// <param name="keepsRowId">True when keys end with the rowid, as those of SQLite do.</param>
    /// <param name="keyHasShadow">True when the number of a virtual table's own table comes before.</param>
    public RowInserter(Connection connection, SqliteTable table, bool keepsRowId, bool keyHasShadow)
    {
        _database = connection.Database;
        _table = table;
        _keepsRowId = keepsRowId && table is { IsWithoutRowId: false, RowIdColumn: < 0, RowIdName: not null };
        _keyHasShadow = keyHasShadow;
        _firstColumn = _keepsRowId ? 2 : 1;
        var columns = table.Columns.Select(Connection.Quote);
        string[] names = _keepsRowId ? [Connection.Quote(table.RowIdName!), .. columns] : [.. columns];
        var places = string.Join(", ", Enumerable.Repeat("?", names.Length));

        // ABORT: a conflict clause in the table must not make rows vanish.
        _insert = connection.Prepare(
            $"INSERT OR ABORT INTO main.{table.Quoted} ({string.Join(", ", names)}) VALUES ({places})");
    }

    /// <summary>Inserts a row.</summary>
    public void Insert(in RowVersion row)
    {
        if (_keepsRowId)
            _insert.BindInteger(1, RowIdOf(row.Key));
        fixed (byte* pinned = row.Value)
        {
            var values = new RecordReader(row.Value);
            var column = 0;
            for (; column < _table.Columns.Count && values.MoveNext(); column++)
                ValueBinder.Bind(_insert, column + _firstColumn, values);
            if (column < _table.Columns.Count || values.MoveNext())
                throw SqliteErrors.WrongRow(_database, _table.Name, _table.Columns.Count);
            try
            {
                _insert.Step();
            }
            finally
            {
                _insert.Reset();
            }
        }
    }

    public void Dispose() => _insert.Dispose();

    private long RowIdOf(ReadOnlySpan<byte> key)
    {
        var elements = new KeyReader(key);
        if (_keyHasShadow)
            elements.MoveNext();
        if (!elements.MoveNext() || elements.Kind != ValueKind.Integer)
            throw SqliteErrors.WrongRow(_database, _table.Name, _table.Columns.Count);
        return elements.GetInteger();
    }
}
