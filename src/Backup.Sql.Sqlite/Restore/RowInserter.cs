using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Rows;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>Puts rows into a table, with the rowids that they had. Nothing is allocated per row.</summary>
internal sealed unsafe class RowInserter : IDisposable
{
    private readonly Connection _connection;
    private readonly SqliteTable _table;
    private readonly bool _keepsRowId;
    private readonly bool _keyHasShadow;
    private readonly Statement _insert;
    private readonly byte[] _rawTextType;
    private readonly List<int> _rawTexts = [];

    /// <summary>Prepares the insertion.</summary>
    /// <param name="connection">Writes in the restore's transaction.</param>
    /// <param name="table">The table as it was made.</param>
    /// <param name="keepsRowId">True when keys end with the rowid, as those of SQLite do.</param>
    /// <param name="keyHasShadow">True when the number of a virtual table's own table comes before.</param>
    public RowInserter(Connection connection, SqliteTable table, bool keepsRowId, bool keyHasShadow)
    {
        _connection = connection;
        _table = table;
        _keepsRowId = keepsRowId && table is { IsWithoutRowId: false, RowIdColumn: < 0, RowIdName: not null };
        _keyHasShadow = keyHasShadow;
        _rawTextType = TextConverter.RawTypeNameOf(connection.QueryText("PRAGMA encoding")!).ToArray();
        _insert = connection.Prepare(Sql());
    }

    /// <summary>Inserts a row.</summary>
    public void Insert(in RowVersion row)
    {
        fixed (byte* pinned = row.Value)
        {
            _rawTexts.Clear();
            Bind(_insert, row);
            if (_rawTexts.Count == 0)
                Run(_insert);
            else
                InsertRaw(row);
        }
    }

    public void Dispose() => _insert.Dispose();

    /// <summary>
    /// Texts that are no UTF-16 can be bound as blobs alone; a cast makes them texts without looking at their bytes.
    /// </summary>
    private void InsertRaw(in RowVersion row)
    {
        _insert.Reset();
        using var insert = _connection.Prepare(Sql());
        Bind(insert, row);
        Run(insert);
    }

    private static void Run(Statement insert)
    {
        try
        {
            insert.Step();
        }
        finally
        {
            insert.Reset();
        }
    }

    private void Bind(Statement insert, in RowVersion row)
    {
        var parameter = 1;
        if (_keepsRowId)
            insert.BindInteger(parameter++, RowIdOf(row.Key));
        var values = new RecordReader(row.Value);
        var column = 0;
        for (; column < _table.Columns.Count && values.MoveNext(); column++)
        {
            if (values.Kind == ValueKind.Float && double.IsNaN(values.GetFloat()))
                throw SqliteErrors.NotANumber(_connection.Database, _table.Name, _table.Columns[column]);
            ValueBinder.Bind(insert, column + parameter, values);
            if (values.Kind == ValueKind.EngineSpecific && values.GetTypeName().SequenceEqual(_rawTextType))
                _rawTexts.Add(column);
        }

        if (column < _table.Columns.Count || values.MoveNext())
            throw SqliteErrors.WrongRow(_connection.Database, _table.Name, _table.Columns.Count);
    }

    private string Sql()
    {
        var names = _table.Columns.Select(Connection.Quote);
        var places = Enumerable.Range(0, _table.Columns.Count)
            .Select(column => _rawTexts.Contains(column) ? "CAST(? AS TEXT)" : "?");
        if (_keepsRowId)
            (names, places) = (names.Prepend(Connection.Quote(_table.RowIdName!)), places.Prepend("?"));

        // ABORT: a conflict clause in the table must not make rows vanish.
        return $"INSERT OR ABORT INTO main.{_table.Quoted} ({string.Join(", ", names)}) "
            + $"VALUES ({string.Join(", ", places)})";
    }

    private long RowIdOf(ReadOnlySpan<byte> key)
    {
        var elements = new KeyReader(key);
        if (_keyHasShadow)
            elements.MoveNext();
        if (!elements.MoveNext() || elements.Kind != ValueKind.Integer)
            throw SqliteErrors.WrongRow(_connection.Database, _table.Name, _table.Columns.Count);
        return elements.GetInteger();
    }
}
