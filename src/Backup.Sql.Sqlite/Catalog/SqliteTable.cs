using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>A table as the row path needs it.</summary>
internal sealed record SqliteTable
{
    public required TableDescriptor Descriptor { get; init; }

    public required string Name { get; init; }

    /// <summary>The page of the b-tree's root; 0 for a virtual table.</summary>
    public required uint RootPage { get; init; }

    /// <summary>Names of the stored columns, in the order of a record.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The primary key of a WITHOUT ROWID table; empty for others.</summary>
    public IReadOnlyList<KeyColumn> KeyColumns { get; init; } = [];

    /// <summary>
    /// How the records in the file hold the stored columns; empty when they hold others in between: generated ones.
    /// </summary>
    public IReadOnlyList<StoredForm> Forms { get; init; } = [];

    /// <summary>The stored column that is the rowid; -1 when none is.</summary>
    public int RowIdColumn { get; init; } = -1;

    /// <summary>
    /// A name by which SQL reaches the rowid; null when columns have taken all of them, or there is none.
    /// </summary>
    public string? RowIdName { get; init; }

    /// <summary>True for the module of a virtual table, which has no rows of its own.</summary>
    public bool IsVirtual { get; init; }

    /// <summary>Of a virtual table: the tables in which its module keeps its data.</summary>
    public IReadOnlyList<SqliteTable> Shadows { get; init; } = [];

    public bool IsWithoutRowId => KeyColumns.Count > 0;

    /// <summary>The table's name as SQL text.</summary>
    public string Quoted => Connection.Quote(Name);
}
