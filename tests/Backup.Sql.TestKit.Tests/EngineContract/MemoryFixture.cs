using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.TestKit.EngineContract;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.TestKit.Tests.EngineContract;

/// <summary>The engine in memory as the conformance suite sees it.</summary>
internal sealed class MemoryFixture(EngineCapabilities capabilities, bool stableRowIds = true)
    : EngineConformanceFixture
{
    private readonly ManualTimeProvider _clock = new();
    private MemoryEngine? _engine;

    public override IReadOnlyList<ColumnKind> MoreKinds =>
        [.. Enum.GetValues<ColumnKind>().Where(kind => kind != ColumnKind.UserDefined)];

    private MemoryEngine Engine => _engine!;

    public override ValueTask<IDatabaseEngine> StartAsync(CancellationToken cancellationToken)
    {
        _engine = new MemoryEngine(new MemoryEngineOptions
        {
            TimeProvider = _clock,
            Capabilities = capabilities,
            StableRowIds = stableRowIds,
        });
        return ValueTask.FromResult<IDatabaseEngine>(_engine);
    }

    public override ValueTask CreateDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        Engine.CreateDatabase(database);
        return ValueTask.CompletedTask;
    }

    public override ValueTask CreateTableAsync(string database, SampleTable table, CancellationToken cancellationToken)
    {
        Engine.Create(MemoryTables.Describe(database, table));
        return ValueTask.CompletedTask;
    }

    public override ValueTask DropTableAsync(string database, SampleTable table, CancellationToken cancellationToken)
    {
        Engine.Drop(Engine.Table(database, table.Name));
        return ValueTask.CompletedTask;
    }

    public override ValueTask ChangeAsync(
        string database, IReadOnlyList<SampleChange> changes, CancellationToken cancellationToken)
    {
        using var transaction = Engine.BeginTransaction();
        foreach (var change in changes)
        {
            var table = Engine.Table(database, change.Table.Name);
            switch (change.Kind)
            {
                case SampleChangeKind.Insert:
                    transaction.Insert(table, change.Values);
                    break;
                case SampleChangeKind.Update:
                    Assert.True(transaction.Update(table, change.Key, change.Values));
                    break;
                default:
                    Assert.True(transaction.Delete(table, change.Key));
                    break;
            }
        }

        transaction.Commit();
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> TryCreateViewAsync(
        string database, string view, SampleTable table, CancellationToken cancellationToken)
    {
        Engine.Create(new ViewDescriptor
        {
            Id = 0,
            Database = database,
            Schema = "public",
            Name = view,
            DependsOn = [Engine.Table(database, table.Name).Id],
            Properties = new Dictionary<string, string> { ["body"] = $"AS SELECT * FROM {table.Name}" },
        });
        return ValueTask.FromResult(true);
    }

    public override ValueTask ForgetHistoryAsync(CancellationToken cancellationToken)
    {
        _clock.Advance(TimeSpan.FromHours(26));
        Engine.CollectGarbage();
        return ValueTask.CompletedTask;
    }
}
