using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.Memory;

/// <summary>What an object must fulfil to be taken into the catalog.</summary>
internal static class CatalogRules
{
    /// <summary>Name of the table property that says which column picks the partition.</summary>
    public const string PartitionColumn = "partition_by";

    /// <summary>The descriptor with everything that it depends on listed.</summary>
    public static T Complete<T>(T descriptor)
        where T : ObjectDescriptor
    {
        var implied = descriptor is TableDescriptor table
            ? table.Columns.SelectMany(column => TypeIds(column.Type).Concat(column.DefaultDependsOn))
            : [];
        ObjectDescriptor completed = descriptor;
        return (T)(completed with { DependsOn = [.. descriptor.DependsOn.Concat(implied).Distinct()] });
    }

    /// <summary>Refuses what does not fit into the catalog.</summary>
    public static void Check(CatalogState state, ObjectDescriptor descriptor, EngineCapabilities capabilities)
    {
        if (state.FindNamesake(descriptor) is not null)
        {
            throw descriptor is DatabaseDescriptor
                ? MemoryErrors.DatabaseExists(descriptor.Name)
                : MemoryErrors.ObjectExists(descriptor);
        }

        if (descriptor is DatabaseDescriptor)
            return;
        state.GetDatabase(descriptor.Database);
        if (descriptor is SchemaDescriptor)
        {
            if (descriptor.Name != MemoryEngine.PublicSchema && !capabilities.HasFlag(EngineCapabilities.Schemas))
                throw MemoryErrors.NotSupported("schemas besides public");
            return;
        }

        if (descriptor.Schema is null || state.FindSchema(descriptor.Database, descriptor.Schema) is null)
            throw MemoryErrors.SchemaNotFound(descriptor.Database, descriptor.Schema ?? "");
        if (descriptor is TableDescriptor table)
            CheckTable(table, capabilities);
    }

    /// <summary>The column that picks a row's partition, or -1.</summary>
    public static int PartitionOrdinal(TableDescriptor table) => table.Partitions.Count == 0
        ? -1
        : MemoryTable.Ordinals(table, [table.Properties[PartitionColumn]])[0];

    private static void CheckTable(TableDescriptor table, EngineCapabilities capabilities)
    {
        MemoryTable.Ordinals(table, table.PrimaryKey);
        foreach (var key in table.ForeignKeys)
        {
            MemoryTable.Ordinals(table, key.Columns);
            if (!IsNoAction(key.OnDelete) || !IsNoAction(key.OnUpdate))
                throw MemoryErrors.NotSupported("actions of foreign keys");
        }

        foreach (var index in table.Indexes)
        {
            MemoryTable.Ordinals(table, index.Columns);
            if (index.Predicate is not null || index.Columns.Count == 0)
                throw MemoryErrors.NotSupported("partial indexes or indexes over expressions");
        }

        if (table.Partitions.Count > 0)
        {
            if (!capabilities.HasFlag(EngineCapabilities.Partitions))
                throw MemoryErrors.NotSupported("partitions");
            if (!table.Properties.ContainsKey(PartitionColumn))
                throw MemoryErrors.NoSuchColumn(table, PartitionColumn);
            PartitionOrdinal(table);
        }
    }

    public static bool IsNoAction(string? action) => action is null or "NO ACTION" or "RESTRICT";

    private static IEnumerable<long> TypeIds(ColumnType? type)
    {
        for (; type is not null; type = type.Element)
        {
            if (type.TypeId is { } id)
                yield return id;
        }
    }
}
