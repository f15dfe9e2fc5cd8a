using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.State;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios;

/// <summary>
/// A restore over two engines whose process dies after the first has published its part and before the second has: the
/// one moment in which it is in one and not in the other. The next process says so.
/// </summary>
public sealed class PartlyPublishedTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _clock = new() { JumpsToTimers = true };
    private readonly MemoryStateStore _state = new();
    private readonly MemoryObjectStoreProvider _stores = new();

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Fact]
    public async Task The_next_process_tells_which_engine_has_its_part()
    {
        await using var first = NewEngine("first");
        await using var second = NewEngine("second");
        new MemoryBenchEngine(first).Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
        new MemoryBenchEngine(second).Execute("ledger", "CREATE TABLE l (a INTEGER PRIMARY KEY); INSERT INTO l VALUES (1)");
        await using (var host = NewHost(first, second, new Lifeline()))
            await host.OpenSession().ExecuteAsync("BACKUP DATABASE shop, ledger INTO 'mem://depot' WITH pause");
        new MemoryBenchEngine(first).Drop("shop");
        new MemoryBenchEngine(second).Drop("ledger");
        var line = new Lifeline();
        await using (var dying = NewHost(first, new DyingEngine(second, line.Cut), line))
        {
            await Assert.ThrowsAsync<BackupSqlException>(
                () => dying.OpenSession().ExecuteAsync("RESTORE DATABASE shop, ledger FROM LATEST IN 'mem://depot'"));
        }

        _clock.Advance(TimeSpan.FromHours(1));
        await using var next = NewHost(first, second, new Lifeline());
        foreach (var adopted in (await next.AdoptJobsAsync()).Jobs)
            await next.Jobs.WaitAsync(adopted.JobId, CancellationToken.None);
        var session = next.OpenSession();
        var jobs = await session.ExecuteAsync("SHOW JOBS");
        var columns = jobs.Columns.Select(column => column.Name).ToList();
        var job = Assert.Single(
            await jobs.Rows.ToListAsync(), row => Equals(row[columns.IndexOf("job_type")], "RESTORE"));

        Assert.Equal("failed", job[columns.IndexOf("status")]);
        Assert.Contains("restored in engine first, but not in engine second", (string)job[columns.IndexOf("error")]!, StringComparison.Ordinal);
        Assert.Equal(["shop"], new MemoryBenchEngine(first).Databases);
        Assert.Empty(new MemoryBenchEngine(second).Databases);
        await session.ExecuteAsync("RESTORE DATABASE ledger FROM LATEST IN 'mem://depot'");
        Assert.Equal(["ledger"], new MemoryBenchEngine(second).Databases);
    }

    private MemoryEngine NewEngine(string cluster) => new(new MemoryEngineOptions { ClusterId = cluster, TimeProvider = _clock });

    private BackupHost NewHost(IDatabaseEngine first, IDatabaseEngine second, Lifeline line) => new(new BackupHostOptions
    {
        Engines = new Dictionary<string, IDatabaseEngine> { ["first"] = first, ["second"] = second },
        DefaultEngine = "first",
        Stores = [line.To(_stores)],
        StateStore = line.To(_state),
        PauseControllers = new Dictionary<string, IPauseController>
        {
            ["first"] = new TestController(new WriteGate("first", _clock), _clock),
            ["second"] = new TestController(new WriteGate("second", _clock), _clock),
        },
        TimeProvider = _clock,
        Random = new SeededRandomSource(7),
    });

    /// <summary>An engine whose process dies when a restore is about to be published.</summary>
    private sealed class DyingEngine(MemoryEngine inner, Action die) : IDatabaseEngine, IRestoreLedger
    {
        public EngineInfo Info => inner.Info;

        public ValueTask<HlcTimestamp> GetCurrentTimeAsync(CancellationToken cancellationToken = default) =>
            inner.GetCurrentTimeAsync(cancellationToken);

        public ValueTask<ICatalogReader> OpenCatalogAsync(HlcTimestamp? asOf, CancellationToken cancellationToken = default) =>
            inner.OpenCatalogAsync(asOf, cancellationToken);

        public ValueTask<IEngineSnapshot> OpenSnapshotAsync(SnapshotRequest request, CancellationToken cancellationToken = default) =>
            inner.OpenSnapshotAsync(request, cancellationToken);

        public async ValueTask<IRestoreTransaction> BeginRestoreAsync(
            RestoreRequest request, CancellationToken cancellationToken = default) =>
            new DyingRestore(await inner.BeginRestoreAsync(request, cancellationToken), die);

        public ValueTask<bool> IsPublishedAsync(string id, CancellationToken cancellationToken = default) =>
            inner.IsPublishedAsync(id, cancellationToken);

        public ValueTask ForgetAsync(string id, CancellationToken cancellationToken = default) =>
            inner.ForgetAsync(id, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class DyingRestore(IRestoreTransaction inner, Action die) : IRestoreTransaction
    {
        public IReadOnlyList<string> Notices => inner.Notices;

        public ValueTask CreateAsync(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken = default) =>
            inner.CreateAsync(objects, cancellationToken);

        public ValueTask IngestAsync(
            Rows.Space space, Rows.SpaceShape shape, Rows.IRowSource rows, CancellationToken cancellationToken = default) =>
            inner.IngestAsync(space, shape, rows, cancellationToken);

        public ValueTask CompleteAsync(CancellationToken cancellationToken = default) => inner.CompleteAsync(cancellationToken);

        public ValueTask PublishAsync(CancellationToken cancellationToken = default)
        {
            die();
            throw new BackupSqlException(SqlStates.IoError, "the process is gone") { Hint = "None." };
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
