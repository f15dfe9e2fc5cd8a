using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>A table that a restore makes.</summary>
internal sealed class RestoredTable(ObjectRestore restore, SqliteTable table, bool isExact, string? virtualDdl)
    : IDisposable
{
    private readonly RowInserter?[] _inserters = new RowInserter?[Math.Max(1, table.Shadows.Count)];

    public TableDescriptor Source { get; } = (TableDescriptor)restore.Source;

    public TableDescriptor Target { get; } = (TableDescriptor)restore.Target;

    /// <summary>True when the table comes from SQLite, and its statements with it.</summary>
    public bool IsExact => isExact;

    /// <summary>Of a virtual table: the statement that goes into the schema when its rows are there.</summary>
    public string? VirtualDdl => virtualDdl;

    /// <summary>Of a virtual table: the tables in which its module keeps its data.</summary>
    public IReadOnlyList<SqliteTable> Shadows => table.Shadows;

    /// <summary>True when the table was there before and only its rows are replaced.</summary>
    public bool ReplacesRows => restore.ReplacesRows;

    /// <summary>Inserts a row where its key says.</summary>
    public void Insert(Connection connection, in RowVersion row)
    {
        var number = table.IsVirtual ? ShadowOf(row.Key) : 0;
        var inserter = _inserters[number] ??= new RowInserter(
            connection, table.IsVirtual ? table.Shadows[number] : table, isExact, table.IsVirtual);
        inserter.Insert(row);
    }

    public void Dispose()
    {
        foreach (ref var inserter in _inserters.AsSpan())
        {
            inserter?.Dispose();
            inserter = null;
        }
    }

    private int ShadowOf(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        return reader.MoveNext() && reader.Kind == ValueKind.Integer && reader.GetInteger() is var number
            && number >= 0 && number < table.Shadows.Count
                ? (int)number
                : throw SqliteErrors.WrongRow(table.Descriptor.Database, table.Name, table.Shadows.Count);
    }
}
