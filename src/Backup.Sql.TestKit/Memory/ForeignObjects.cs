using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// Fits objects of other engines: what is only said in the other engine's SQL is left out, and noted.
/// </summary>
/// <param name="all">All objects that come together.</param>
/// <param name="notices">Takes a sentence for each thing left out.</param>
internal sealed class ForeignObjects(IReadOnlyList<ObjectDescriptor> all, List<string> notices)
{
    /// <summary>The object as this engine can have it, or null.</summary>
    public ObjectDescriptor? Adapt(ObjectDescriptor target, string sourceEngine)
    {
        if (target is ViewDescriptor or FunctionDescriptor or TriggerDescriptor)
        {
            notices.Add($"{MemoryErrors.NameOf(target)} was left out: it is written in the SQL of {sourceEngine}.");
            return null;
        }

        var plain = target with { Ddl = null, Properties = new Dictionary<string, string>() };
        return plain is TableDescriptor table ? AdaptTable(table) : plain;
    }

    private TableDescriptor AdaptTable(TableDescriptor table)
    {
        var name = MemoryErrors.NameOf(table);
        foreach (var index in table.Indexes.Where(index => !IsPlain(table, index)))
            notices.Add($"Index {index.Name} of {name} was left out: it is partial or over expressions.");
        foreach (var key in table.ForeignKeys.Where(HasAction))
            notices.Add($"Foreign key {key.Name} of {name} lost its actions.");
        foreach (var column in table.Columns.Where(column => column.Default is not null))
            notices.Add($"Column {column.Name} of {name} lost its default.");
        foreach (var column in table.Computed ?? [])
            notices.Add($"Column {column} of {name} was left out: it is computed.");
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
            Indexes = [.. table.Indexes.Where(index => IsPlain(table, index))
                .Select(index => index with { Ddl = null })],
            ForeignKeys = [.. table.ForeignKeys.Where(key => !key.Columns.Any(table.IsComputed))
                .Select(key => key with
                {
                    ReferencedTable = Spell(table, key),
                    OnDelete = null,
                    OnUpdate = null,
                })],
            Checks = [],
            Computed = null,
            PrimaryKey = table.PrimaryKey.Any(table.IsComputed) ? [] : table.PrimaryKey,
            Partitions = [],
        };
    }

    /// <summary>The stored spelling of the table referred to: not every engine minds the case.</summary>
    private string Spell(TableDescriptor table, ForeignKeyDescriptor key)
    {
        var schema = key.ReferencedSchema ?? table.Schema;
        var candidates = all.OfType<TableDescriptor>().Where(t => t.Database == table.Database && t.Schema == schema
            && StringComparer.OrdinalIgnoreCase.Equals(t.Name, key.ReferencedTable)).Select(t => t.Name).ToList();
        return candidates.Contains(key.ReferencedTable) || candidates.Count == 0 ? key.ReferencedTable : candidates[0];
    }

    private static bool IsPlain(TableDescriptor table, IndexDescriptor index) =>
        index.Predicate is null && index.Columns.Count > 0 && !index.Columns.Any(table.IsComputed);

    private static bool HasAction(ForeignKeyDescriptor key) =>
        !CatalogRules.IsNoAction(key.OnDelete) || !CatalogRules.IsNoAction(key.OnUpdate);
}
