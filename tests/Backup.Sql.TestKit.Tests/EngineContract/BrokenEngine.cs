using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Tests.EngineContract;

/// <summary>What a <see cref="BrokenEngine"/> does wrong.</summary>
public enum EngineFault
{
    Nothing,
    SnapshotTimesRepeat,
    ExportLosesARow,
    ExportRepeatsARow,
    ExportIgnoresTheSpan,
    ExportIgnoresTheSink,
    ExportIgnoresCancellation,
    ChangesLackDeletions,
    ChangesStartTooLate,
    VersionsComeOldestFirst,
    SnapshotReadsThePresent,
    SplitLeavesAGap,
    StatisticsAreOff,
    RestoreLosesRows,
    RestoreIsVisibleEarly,
    RestoreReportsAnotherError,
    PastIsThePresent,
    HoldsAreForgotten,
    PublicationsAreForgotten,
    PublicationsAreKeptForEver,
}

/// <summary>An engine around another one that breaks the contract in one way.</summary>
internal sealed class BrokenEngine(IDatabaseEngine inner, EngineFault fault)
    : IDatabaseEngine, IRetentionHolds, ICatalogHistory, IRestoreLedger
{
    public EngineInfo Info => inner.Info;

    public ValueTask<HlcTimestamp> GetCurrentTimeAsync(CancellationToken cancellationToken = default) =>
        inner.GetCurrentTimeAsync(cancellationToken);

    public ValueTask<ICatalogReader> OpenCatalogAsync(
        HlcTimestamp? asOf, CancellationToken cancellationToken = default) =>
        inner.OpenCatalogAsync(asOf, cancellationToken);

    public async ValueTask<IEngineSnapshot> OpenSnapshotAsync(
        SnapshotRequest request, CancellationToken cancellationToken = default)
    {
        if (fault == EngineFault.PastIsThePresent)
            request = request with { AsOf = null };
        return new BrokenSnapshot(inner, request, await inner.OpenSnapshotAsync(request, cancellationToken), fault);
    }

    public async ValueTask<IRestoreTransaction> BeginRestoreAsync(
        RestoreRequest request, CancellationToken cancellationToken = default)
    {
        try
        {
            return new BrokenRestore(await inner.BeginRestoreAsync(request, cancellationToken), fault);
        }
        catch (BackupSqlException) when (fault == EngineFault.RestoreReportsAnotherError)
        {
            throw new InvalidOperationException("no");
        }
    }

    public ValueTask HoldAsync(string name, HlcTimestamp from, CancellationToken cancellationToken = default) =>
        fault == EngineFault.HoldsAreForgotten
            ? ValueTask.CompletedTask
            : ((IRetentionHolds)inner).HoldAsync(name, from, cancellationToken);

    public ValueTask ReleaseAsync(string name, CancellationToken cancellationToken = default) =>
        ((IRetentionHolds)inner).ReleaseAsync(name, cancellationToken);

    public async ValueTask<bool> IsPublishedAsync(string id, CancellationToken cancellationToken = default) =>
        await ((IRestoreLedger)inner).IsPublishedAsync(id, cancellationToken)
        && fault != EngineFault.PublicationsAreForgotten;

    public ValueTask ForgetAsync(string id, CancellationToken cancellationToken = default) =>
        fault == EngineFault.PublicationsAreKeptForEver
            ? ValueTask.CompletedTask
            : ((IRestoreLedger)inner).ForgetAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<HlcTimestamp>> GetCatalogChangesAsync(
        string database, HlcTimestamp after, HlcTimestamp upTo, CancellationToken cancellationToken = default) =>
        ((ICatalogHistory)inner).GetCatalogChangesAsync(database, after, upTo, cancellationToken);

    public ValueTask<HlcTimestamp> GetHistoryStartAsync(
        string database, CancellationToken cancellationToken = default) =>
        ((ICatalogHistory)inner).GetHistoryStartAsync(database, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class BrokenSnapshot(
        IDatabaseEngine engine, SnapshotRequest request, IEngineSnapshot inner, EngineFault fault)
        : IEngineSnapshot
    {
        public HlcTimestamp Timestamp =>
            fault == EngineFault.SnapshotTimesRepeat ? new HlcTimestamp(1000) : inner.Timestamp;

        public ICatalogReader Catalog => new BrokenCatalog(inner.Catalog, fault);

        public ValueTask<SpaceShape> DescribeAsync(Space space, CancellationToken cancellationToken = default) =>
            inner.DescribeAsync(space, cancellationToken);

        public async ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
            Space space, long targetBytes, CancellationToken cancellationToken = default)
        {
            var spans = await inner.SplitAsync(space, targetBytes, cancellationToken);
            return fault == EngineFault.SplitLeavesAGap && spans.Count > 2
                ? [.. spans.Take(1), .. spans.Skip(2)]
                : spans;
        }

        public async ValueTask ExportAsync(
            Space space,
            KeySpan span,
            ExportWindow window,
            IRowVersionSink sink,
            CancellationToken cancellationToken = default)
        {
            if (fault == EngineFault.ExportIgnoresTheSpan)
                span = KeySpan.All;
            if (fault == EngineFault.ChangesStartTooLate && !window.Start.IsZero)
                window = window with { Start = Timestamp };
            if (fault == EngineFault.ExportIgnoresCancellation)
                cancellationToken = CancellationToken.None;
            var rows = await CollectAsync(space, span, window, cancellationToken);
            foreach (var row in Break(rows, window))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var version = row.Value is null
                    ? RowVersion.Deletion(row.Key, row.Timestamp)
                    : new RowVersion(row.Key, row.Timestamp, row.Value);
                if (!sink.Write(version) && fault != EngineFault.ExportIgnoresTheSink)
                    await sink.FlushAsync(cancellationToken);
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async Task<List<CollectedRow>> CollectAsync(
            Space space, KeySpan span, ExportWindow window, CancellationToken cancellationToken)
        {
            var sink = new CollectedRows();
            if (fault == EngineFault.SnapshotReadsThePresent)
            {
                await using var now = await engine.OpenSnapshotAsync(request, cancellationToken);
                await now.ExportAsync(space, span, window, sink, cancellationToken);
            }
            else
            {
                await inner.ExportAsync(space, span, window, sink, cancellationToken);
            }

            return sink.Rows;
        }

        private IEnumerable<CollectedRow> Break(List<CollectedRow> rows, ExportWindow window) => fault switch
        {
            EngineFault.ExportLosesARow => rows.Skip(1),
            EngineFault.ExportRepeatsARow => rows.Take(1).Concat(rows),
            EngineFault.ChangesLackDeletions when !window.Start.IsZero => rows.Where(row => row.Value is not null),
            EngineFault.VersionsComeOldestFirst when window.AllVersions =>
                rows.GroupBy(row => Convert.ToHexString(row.Key)).SelectMany(versions => versions.Reverse()),
            _ => rows,
        };
    }

    private sealed class BrokenCatalog(ICatalogReader inner, EngineFault fault) : ICatalogReader
    {
        public ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(
            CancellationToken cancellationToken = default) =>
            inner.GetDatabasesAsync(cancellationToken);

        public ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
            string database, CancellationToken cancellationToken = default) =>
            inner.GetObjectsAsync(database, cancellationToken);

        public async ValueTask<TableStatistics> GetStatisticsAsync(
            TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default)
        {
            var figures = await inner.GetStatisticsAsync(table, rows, cancellationToken);
            return fault == EngineFault.StatisticsAreOff ? figures with { Rows = figures.Rows - 1 } : figures;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class BrokenRestore(IRestoreTransaction inner, EngineFault fault) : IRestoreTransaction
    {
        public IReadOnlyList<string> Notices => inner.Notices;

        public ValueTask CreateAsync(
            IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken = default) =>
            inner.CreateAsync(objects, cancellationToken);

        public ValueTask IngestAsync(
            Space space, SpaceShape shape, IRowSource rows, CancellationToken cancellationToken = default) =>
            fault == EngineFault.RestoreLosesRows
                ? ValueTask.CompletedTask
                : inner.IngestAsync(space, shape, rows, cancellationToken);

        public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
        {
            await inner.CompleteAsync(cancellationToken);
            if (fault == EngineFault.RestoreIsVisibleEarly)
                await inner.PublishAsync(cancellationToken);
        }

        public ValueTask PublishAsync(CancellationToken cancellationToken = default) =>
            fault == EngineFault.RestoreIsVisibleEarly
                ? ValueTask.CompletedTask
                : inner.PublishAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
