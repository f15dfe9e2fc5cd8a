using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// Replaces the ids of a source by those of this cluster in everything that refers to an object. References to what was
/// not restored are forgotten: the same number means something else here.
/// </summary>
internal sealed class Renumbering(IReadOnlyDictionary<long, long> newIds)
{
    public ObjectDescriptor Apply(ObjectDescriptor descriptor)
    {
        var common = descriptor with { DependsOn = Map(descriptor.DependsOn) };
        return common switch
        {
            TableDescriptor table => table with { Columns = [.. table.Columns.Select(Apply)] },
            SequenceDescriptor { OwnerTable: { } owner } sequence => Map(owner) is { } mapped
                ? sequence with { OwnerTable = mapped }
                : sequence with { OwnerTable = null, OwnerColumn = null },
            TriggerDescriptor trigger => trigger with { TableId = Map(trigger.TableId) ?? trigger.TableId },
            _ => common,
        };
    }

    private ColumnDescriptor Apply(ColumnDescriptor column) => column with
    {
        Type = Apply(column.Type),
        DefaultDependsOn = Map(column.DefaultDependsOn),
    };

    private ColumnType Apply(ColumnType type) => type with
    {
        TypeId = type.TypeId is { } id ? Map(id) : null,
        Element = type.Element is { } element ? Apply(element) : null,
    };

    private List<long> Map(IReadOnlyList<long> ids) => [.. ids.Select(Map).OfType<long>()];

    private long? Map(long id) => newIds.TryGetValue(id, out var mapped) ? mapped : null;
}
