using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using static Backup.Sql.Postgres.Catalog.RelationParts;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Puts tables together out of what was read. A partitioned table is one descriptor: its partitions are parts of its
/// definition, however deep they lie.
/// </summary>
/// <param name="database">What statements call the database.</param>
/// <param name="idOf">Gives ids.</param>
/// <param name="typeIdOf">Gives the id of a type of users; null for others.</param>
/// <param name="parts">What belongs to the tables.</param>
/// <param name="given">Tables whose replica identity was set for their history: to their user it is the default.</param>
internal sealed class TableAssembler(
    string database, Func<ObjectClass, uint, long> idOf, Func<uint, long?> typeIdOf, RelationParts parts,
    IReadOnlySet<uint> given)
{
    private sealed record Entry(uint Oid, uint? Parent, TableDefinition Definition);

    /// <summary>Makes the descriptors.</summary>
    /// <param name="rows">The rows of <see cref="RelationQueries.Tables"/>.</param>
    public IReadOnlyList<TableDescriptor> Assemble(IReadOnlyList<object?[]> rows)
    {
        var entries = rows.Select(row => new Entry(
            Oid(row[0]), row[3] is null ? null : Oid(row[3]),
            DefinitionJson.Parse<TableDefinition>((string)row[6]!))).ToList();
        var partitions = entries.Where(entry => entry.Parent is not null).ToLookup(entry => entry.Parent!.Value);
        var known = entries.Where(entry => entry.Parent is null)
            .Select(entry => (entry.Definition.Schema, entry.Definition.Name)).ToHashSet();
        return [.. entries.Where(entry => entry.Parent is null)
            .Select(entry => Table(entry.Oid, Complete(entry, partitions), known))];
    }

    private TableDefinition Complete(Entry entry, ILookup<uint, Entry> partitions) => entry.Definition with
    {
        ReplicaIdentity = given.Contains(entry.Oid) && entry.Definition.ReplicaIdentity == "f"
            ? "d" : entry.Definition.ReplicaIdentity,
        Columns = [.. parts.Columns[entry.Oid].Select(column => column.Definition)],
        Constraints = [.. parts.Constraints[entry.Oid].Select(constraint => constraint.Definition)],
        Indexes = [.. parts.Indexes[entry.Oid].Select(index => index.Definition)],
        Rules = [.. parts.Rules[entry.Oid]],
        Policies = [.. parts.Policies[entry.Oid]],
        Statistics = [.. parts.Statistics[entry.Oid]],
        Triggers = entry.Parent is null
            ? []
            : [.. parts.Triggers.Where(trigger => trigger.Relation == entry.Oid).Select(trigger => trigger.Definition)],
        Partitions = [.. partitions[entry.Oid].Select(part => Complete(part, partitions))],
    };

    private TableDescriptor Table(uint oid, TableDefinition definition, HashSet<(string, string)> known)
    {
        var constraints = parts.Constraints[oid].ToList();
        var key = constraints.FirstOrDefault(constraint => constraint.Definition.Kind == "p");
        return new TableDescriptor
        {
            Id = idOf(ObjectClass.Relation, oid),
            Database = database,
            Schema = definition.Schema,
            Name = definition.Name,
            Owner = definition.Owner,
            Columns = [.. parts.Columns[oid].Where(column => !column.Definition.Generated).Select(Column)],
            Computed = definition.Columns.Any(column => column.Generated)
                ? [.. definition.Columns.Where(column => column.Generated).Select(column => column.Name)] : null,
            Counter = key?.Columns is [var counted] ? CounterOf(definition, counted) : null,
            PrimaryKey = key?.Columns ?? [],
            Indexes = [.. constraints.Where(constraint => constraint.Definition.Kind is "u" or "x").Select(Index),
                .. parts.Indexes[oid].Select(index => Index(definition, index))],
            ForeignKeys = [.. constraints.Select(constraint => constraint.ForeignKey).OfType<ForeignKeyDescriptor>()
                .Where(foreign => known.Contains((foreign.ReferencedSchema!, foreign.ReferencedTable)))],
            Checks = [.. constraints.Where(constraint => constraint.Definition.Kind == "c")
                .Select(constraint => constraint.Definition.Definition)],
            Partitions = [.. Leaves(definition).Select(leaf => leaf.Name)],
            Ddl = TableDdl.Create(
                definition,
                Quote.Name(definition.Schema, definition.Name),
                [.. definition.Parents.Select(parent => Quote.Name(parent.Schema, parent.Name))],
                _ => new ColumnForm(null, true, true)),
            Properties = DefinitionJson.PropertiesOf(definition),
        };
    }

    /// <summary>The last number that the sequence behind a column gave out; null where there is none.</summary>
    private static long? CounterOf(TableDefinition table, string column) =>
        table.Columns.First(one => one.Name == column).Identity is not { } identity ? null
            : identity.IsCalled ? identity.Value : identity.Value - identity.Increment;

    /// <summary>The partitions that hold rows.</summary>
    public static IEnumerable<TableDefinition> Leaves(TableDefinition table) => table.Partitions.SelectMany(
        part => part.PartitionKey is null ? [part] : Leaves(part));

    private ColumnDescriptor Column(CatalogColumn column)
    {
        var type = column.Neutral(typeIdOf);
        return new ColumnDescriptor
        {
            Name = column.Definition.Name,
            Type = type,
            EngineType = NeutralTypeNames.Of(type) == column.Definition.Type ? null : column.Definition.Type,
            Nullable = !column.Definition.NotNull,
            Default = column.Definition.Default,
        };
    }

    private static IndexDescriptor Index(StoredConstraint constraint) => new()
    {
        Name = constraint.Definition.Name,
        Columns = constraint.Definition.Kind == "u" ? constraint.Columns : [],
        Unique = constraint.Definition.Kind == "u",
    };

    private static IndexDescriptor Index(TableDefinition table, StoredIndex index) => new()
    {
        Name = index.Name,
        Columns = index.Columns,
        Unique = index.Unique,
        Predicate = index.Predicate,
        Ddl = ObjectDdl.Index(index.Definition, index.Name, Quote.Name(table.Schema, table.Name)),
    };
}
