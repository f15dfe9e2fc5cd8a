using System.Text.Json.Serialization;

namespace Backup.Sql.Catalog;

/// <summary>A table.</summary>
public sealed record TableDescriptor : ObjectDescriptor
{
    /// <summary>
    /// The stored columns, in the order in which the values of a row are encoded; computed ones are left out.
    /// </summary>
    public required IReadOnlyList<ColumnDescriptor> Columns { get; init; }

    /// <summary>
    /// Names of the columns that are computed out of others and therefore not among <see cref="Columns"/>: a restore
    /// into another engine leaves them out, and says so. Null for none.
    /// </summary>
    public IReadOnlyList<string>? Computed { get; init; }

    /// <summary>
    /// Names of the primary key's columns in key order; empty when the table has no key that identifies a row.
    /// </summary>
    public IReadOnlyList<string> PrimaryKey { get; init; } = [];

    /// <summary>
    /// Of a table whose key is one integer column that the database numbers by itself (AUTOINCREMENT, IDENTITY): the
    /// last number given out, as far as that is known beyond the rows that are there, else 0. Null for other tables.
    /// </summary>
    public long? Counter { get; init; }

    /// <summary>The secondary indexes, unique constraints included.</summary>
    public IReadOnlyList<IndexDescriptor> Indexes { get; init; } = [];

    /// <summary>The foreign keys of which this is the referring table.</summary>
    public IReadOnlyList<ForeignKeyDescriptor> ForeignKeys { get; init; } = [];

    /// <summary>Check conditions in the engine's own text.</summary>
    public IReadOnlyList<string> Checks { get; init; } = [];

    /// <summary>Names of the partitions; empty for a table without.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];

    /// <summary>
    /// True when the rows stay out of backups (<c>exclude_data_from_backup</c>); the table itself is kept.
    /// </summary>
    public bool ExcludeData { get; init; }

    /// <summary>
    /// True when the engine keeps the history of the database but not of this table: AS OF SYSTEM TIME is refused for
    /// it, and so is <c>revision_history</c> where databases are written as pages; else the layer has the rows at its
    /// end. Of the living catalog; manifests do not carry it.
    /// </summary>
    [JsonIgnore]
    public bool KeepsNoHistory { get; init; }

    /// <summary>True when every row says in which region of its database it lies.</summary>
    public bool RegionalByRow { get; init; }

    /// <summary>For how long history is kept, where that was set for the table; null (the default) otherwise.</summary>
    public TimeSpan? HistoryRetention { get; init; }

    /// <summary>Tells whether a column is one of <see cref="Computed"/>.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>True when it is.</returns>
    public bool IsComputed(string column) => Computed?.Contains(column, StringComparer.Ordinal) == true;
}
