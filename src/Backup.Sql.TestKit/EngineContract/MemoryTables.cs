using Backup.Sql.Catalog;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Sample tables as tables of the engine in memory.</summary>
internal static class MemoryTables
{
    public static TableDescriptor Describe(string database, SampleTable sample)
    {
        var table = new TableBuilder(database, sample.Name).PrimaryKey([.. sample.PrimaryKey]);
        foreach (var column in sample.Columns)
        {
            table.Column(
                column.Name,
                new ColumnType(column.Kind)
                {
                    Element = column.Kind == ColumnKind.Array ? new ColumnType(ColumnKind.Integer) : null,
                },
                column.Nullable);
        }

        foreach (var column in sample.IndexedColumns)
            table.Index($"{sample.Name}_{column}_idx", column);
        if (sample.ReferringColumn is not null)
            table.ForeignKey(sample.ReferencedTable!, sample.ReferringColumn);
        if (sample.PartitionColumn is not null)
            table.PartitionBy(sample.PartitionColumn, [.. sample.Partitions]);
        return table.Build();
    }
}
