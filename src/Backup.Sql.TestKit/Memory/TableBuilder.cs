using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Writes a table's descriptor in few words, for <see cref="MemoryEngine.Create{T}"/>.</summary>
/// <param name="database">The database.</param>
/// <param name="name">The table.</param>
/// <param name="schema">The schema.</param>
public sealed class TableBuilder(string database, string name, string schema = MemoryEngine.PublicSchema)
{
    private readonly List<ColumnDescriptor> _columns = [];
    private readonly List<IndexDescriptor> _indexes = [];
    private readonly List<ForeignKeyDescriptor> _foreignKeys = [];
    private readonly Dictionary<string, string> _properties = [];
    private string[] _primaryKey = [];
    private string[] _partitions = [];

    /// <summary>Adds a column.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="nullable">Whether it takes NULL.</param>
    /// <returns>This builder.</returns>
    public TableBuilder Column(string column, ColumnKind kind, bool nullable = true) =>
        Column(column, new ColumnType(kind), nullable);

    /// <summary>Adds a column.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="nullable">Whether it takes NULL.</param>
    /// <returns>This builder.</returns>
    public TableBuilder Column(string column, ColumnType type, bool nullable = true) =>
        Column(new ColumnDescriptor { Name = column, Type = type, Nullable = nullable });

    /// <summary>Adds a column.</summary>
    /// <param name="column">The column.</param>
    /// <returns>This builder.</returns>
    public TableBuilder Column(ColumnDescriptor column)
    {
        _columns.Add(column);
        return this;
    }

    /// <summary>Sets the primary key.</summary>
    /// <param name="columns">Its columns in key order.</param>
    /// <returns>This builder.</returns>
    public TableBuilder PrimaryKey(params string[] columns)
    {
        _primaryKey = columns;
        return this;
    }

    /// <summary>Adds a secondary index.</summary>
    /// <param name="index">Its name.</param>
    /// <param name="columns">Its columns.</param>
    /// <returns>This builder.</returns>
    public TableBuilder Index(string index, params string[] columns)
    {
        _indexes.Add(new IndexDescriptor { Name = index, Columns = columns });
        return this;
    }

    /// <summary>Adds a unique index.</summary>
    /// <param name="index">Its name.</param>
    /// <param name="columns">Its columns.</param>
    /// <returns>This builder.</returns>
    public TableBuilder UniqueIndex(string index, params string[] columns)
    {
        _indexes.Add(new IndexDescriptor { Name = index, Columns = columns, Unique = true });
        return this;
    }

    /// <summary>Adds a foreign key to another table's primary key.</summary>
    /// <param name="table">The table referred to, in the same schema.</param>
    /// <param name="columns">The referring columns.</param>
    /// <returns>This builder.</returns>
    public TableBuilder ForeignKey(string table, params string[] columns)
    {
        _foreignKeys.Add(new ForeignKeyDescriptor
        {
            Name = $"{name}_{string.Join('_', columns)}_fkey",
            Columns = columns,
            ReferencedSchema = schema,
            ReferencedTable = table,
        });
        return this;
    }

    /// <summary>Partitions the table: a row lies in the partition that a text column of it names.</summary>
    /// <param name="column">The column.</param>
    /// <param name="partitions">The partitions.</param>
    /// <returns>This builder.</returns>
    public TableBuilder PartitionBy(string column, params string[] partitions)
    {
        _properties[CatalogRules.PartitionColumn] = column;
        _partitions = partitions;
        return this;
    }

    /// <summary>The table. Its id is given by the engine.</summary>
    /// <returns>The descriptor.</returns>
    public TableDescriptor Build() => new()
    {
        Id = 0,
        Database = database,
        Schema = schema,
        Name = name,
        Columns = [.. _columns],
        PrimaryKey = _primaryKey,
        Indexes = [.. _indexes],
        ForeignKeys = [.. _foreignKeys],
        Partitions = _partitions,
        Properties = new Dictionary<string, string>(_properties),
    };
}
