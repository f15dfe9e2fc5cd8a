using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Fits objects of other engines: what is only said in the other engine's SQL is left out, and noted.</summary>
internal static class ForeignObjects
{
    /// <summary>The object as this engine can have it, or null.</summary>
    public static ObjectDescriptor? Adapt(ObjectDescriptor target, string sourceEngine, List<string> notices)
    {
        if (target is ViewDescriptor or FunctionDescriptor or TriggerDescriptor)
        {
            notices.Add($"{MemoryErrors.NameOf(target)} was left out: it is written in the SQL of {sourceEngine}.");
            return null;
        }

        var plain = target with { Ddl = null, Properties = new Dictionary<string, string>() };
        return plain is TableDescriptor table ? AdaptTable(table, notices) : plain;
    }

    private static TableDescriptor AdaptTable(TableDescriptor table, List<string> notices)
    {
        var name = MemoryErrors.NameOf(table);
        foreach (var index in table.Indexes.Where(index => !IsPlain(index)))
            notices.Add($"Index {index.Name} of {name} was left out: it is partial or over expressions.");
        foreach (var key in table.ForeignKeys.Where(HasAction))
            notices.Add($"Foreign key {key.Name} of {name} lost its actions.");
        foreach (var column in table.Columns.Where(column => column.Default is not null))
            notices.Add($"Column {column.Name} of {name} lost its default.");
        if (table.Checks.Count > 0)
            notices.Add($"The checks of {name} were left out.");
        if (table.Partitions.Count > 0)
            notices.Add($"The partitions of {name} were left out; its rows are all there.");
        return table with
        {
            Columns = [.. table.Columns.Select(column => column with
            {
                EngineType = null,
                Default = null,
                DefaultDependsOn = [],
            })],
            Indexes = [.. table.Indexes.Where(IsPlain).Select(index => index with { Ddl = null })],
            ForeignKeys = [.. table.ForeignKeys.Select(key => key with { OnDelete = null, OnUpdate = null })],
            Checks = [],
            Partitions = [],
        };
    }

    private static bool IsPlain(IndexDescriptor index) => index.Predicate is null && index.Columns.Count > 0;

    private static bool HasAction(ForeignKeyDescriptor key) =>
        !CatalogRules.IsNoAction(key.OnDelete) || !CatalogRules.IsNoAction(key.OnUpdate);
}
