using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.TestKit.EngineContract;

namespace Backup.Sql.TestKit.Tests.EngineContract;

/// <summary>The fixture of the engine in memory, with a broken engine in between.</summary>
internal sealed class BrokenFixture(MemoryFixture inner, EngineFault fault) : EngineConformanceFixture
{
    public override IReadOnlyList<ColumnKind> MoreKinds => inner.MoreKinds;

    public override async ValueTask<IDatabaseEngine> StartAsync(CancellationToken cancellationToken) =>
        new BrokenEngine(await inner.StartAsync(cancellationToken), fault);

    public override ValueTask CreateDatabaseAsync(string database, CancellationToken cancellationToken) =>
        inner.CreateDatabaseAsync(database, cancellationToken);

    public override ValueTask CreateTableAsync(
        string database, SampleTable table, CancellationToken cancellationToken) =>
        inner.CreateTableAsync(database, table, cancellationToken);

    public override ValueTask DropTableAsync(string database, SampleTable table, CancellationToken cancellationToken) =>
        inner.DropTableAsync(database, table, cancellationToken);

    public override ValueTask ChangeAsync(
        string database, IReadOnlyList<SampleChange> changes, CancellationToken cancellationToken) =>
        inner.ChangeAsync(database, changes, cancellationToken);

    public override ValueTask ForgetHistoryAsync(CancellationToken cancellationToken) =>
        inner.ForgetHistoryAsync(cancellationToken);
}
