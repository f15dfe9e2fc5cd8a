using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.TestKit.EngineContract;

namespace CsvSample.Tests;

// docs: fixture
/// <summary>What the kit needs to know of the engine: how to start it, and how to fill it by its own means.</summary>
internal sealed class CsvFixture : EngineConformanceFixture
{
    private readonly string _directory = Directory.CreateTempSubdirectory("csv-engine-").FullName;
    private CsvEngine? _engine;

    private CsvEngine Engine => _engine!;

    public override ValueTask<IDatabaseEngine> StartAsync(CancellationToken cancellationToken) =>
        new(_engine = CsvEngine.Open(_directory));

    public override ValueTask CreateDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        Engine.CreateDatabase(database);
        return ValueTask.CompletedTask;
    }

    public override ValueTask CreateTableAsync(string database, SampleTable table, CancellationToken cancellationToken)
    {
        Engine.CreateTable(new TableDescriptor
        {
            Id = 0,
            Database = database,
            Name = table.Name,
            Columns = [.. table.Columns.Select(column => new ColumnDescriptor
            {
                Name = column.Name,
                Type = new ColumnType(column.Kind),
                Nullable = column.Nullable,
            })],
            PrimaryKey = table.PrimaryKey,
            Indexes = [.. table.IndexedColumns.Select(column => new IndexDescriptor
            {
                Name = $"{table.Name}_{column}_idx",
                Columns = [column],
            })],
            ForeignKeys = table.ReferringColumn is null
                ? []
                : [new() { Name = "1", Columns = [table.ReferringColumn], ReferencedTable = table.ReferencedTable! }],
        });
        return ValueTask.CompletedTask;
    }

    public override ValueTask DropTableAsync(string database, SampleTable table, CancellationToken cancellationToken)
    {
        Engine.DropTable(database, table.Name);
        return ValueTask.CompletedTask;
    }

    public override ValueTask ChangeAsync(
        string database, IReadOnlyList<SampleChange> changes, CancellationToken cancellationToken)
    {
        Engine.Change(database, transaction =>
        {
            foreach (var change in changes)
            {
                if (change.Kind == SampleChangeKind.Insert)
                    transaction.Insert(change.Table.Name, [.. change.Values]);
                else if (change.Kind == SampleChangeKind.Update)
                    transaction.Update(change.Table.Name, change.Key, [.. change.Values]);
                else
                    transaction.Delete(change.Table.Name, change.Key);
            }
        });
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return base.DisposeAsync();
    }
}
// docs: end
