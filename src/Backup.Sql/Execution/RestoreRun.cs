using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>
/// Carries out the steps of a RESTORE. Nothing can be seen of it before the last step, and that one only comes when
/// every space has proved its fingerprint.
/// </summary>
internal sealed class RestoreRun(RunContext context, JobTurn turn) : IAsyncDisposable
{
    private const long RangeBytes = 32L << 20;

    private readonly WorkerPool _workers = new(context.Settings.EffectiveWorkers);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MaterialisedDatabase> _aside = new(StringComparer.Ordinal);
    private readonly RestoreTransactions _restores = new();
    private ChainReader? _reader;
    private IAsyncDisposable? _opened;
    private long _rows;
    private long _bytes;
    private long _indexEntries;
    private bool _objectsMade;

    /// <summary>What the finished restore came to.</summary>
    public JobOutcome Outcome { get; private set; } = new(0, 0, 0);

    public Task RunAsync(PlanStep step, CancellationToken cancellationToken) => step switch
    {
        OpenChainStep open => OpenChainAsync(open, cancellationToken),
        BeginRestoreStep begin => BeginAsync(begin, cancellationToken),
        CheckDestinationStep check => DestinationCheck.RunAsync(
            context.Engines[check.Engine], check.Objects, cancellationToken),
        CreateObjectsStep create => CreateAsync(create, cancellationToken),
        MaterialiseStep materialise => MaterialiseAsync(materialise, cancellationToken),
        IngestSpaceStep ingest => IngestAsync(ingest, cancellationToken),
        CompleteRestoreStep complete => CompleteAsync(complete, cancellationToken),
        RestoreSystemStep system => RestoreSystemAsync(system, cancellationToken),
        PublishRestoreStep publish => PublishAsync(publish, cancellationToken),
        _ => throw new InvalidOperationException(step.GetType().Name),
    };

    public async ValueTask DisposeAsync()
    {
        _workers.Dispose();
        if (!turn.IsDone && !_restores.AnyPublished && turn.Added.Count > 0)
            await RemoveAddedAsync().ConfigureAwait(false);
        await _restores.DisposeAsync().ConfigureAwait(false);
        foreach (var database in _aside.Values)
            await database.DisposeAsync().ConfigureAwait(false);
        if (_opened is not null)
            await _opened.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Removes the databases that a turn which died had put together aside.</summary>
    public static void RemoveScratch(RunContext context, long jobId)
    {
        var scratch = ScratchOf(context, jobId);
        if (Directory.Exists(scratch))
            Directory.Delete(scratch, recursive: true);
    }

    /// <summary>Under which name engines remember the restore of a job.</summary>
    public static string IdOf(long jobId) => $"job{jobId}";

    private async Task RemoveAddedAsync()
    {
        try
        {
            await context.System.RemoveAsync(turn.Added).ConfigureAwait(false);
            await turn.ForgetAddedAsync().ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            // The record tells what is left, and whoever ends the job removes it.
            Log.HintFailed(context.Logger, turn.JobId, "removing what was added", error);
        }
    }

    private static string ScratchOf(RunContext context, long jobId) =>
        Path.Combine(context.ScratchDirectory, $"backupsql-{jobId}");

    private async Task OpenChainAsync(OpenChainStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Begin(JobPhases.Reading, 0.9);
        RemoveScratch(context, turn.JobId);
        Chain chain;
        if (step.Locations.Count > 0)
        {
            var opened = await context.Collections
                .OpenLocationsAsync([step.Collection, .. step.Locations], step.Keys, cancellationToken)
                .ConfigureAwait(false);
            _opened = opened;
            chain = opened.Chain;
        }
        else
        {
            var opened = await context.Collections
                .OpenAsync(step.Collection, step.Incrementals, step.Keys, cancellationToken).ConfigureAwait(false);
            _opened = opened;
            chain = await opened.Collection.LoadChainAsync(step.Subdirectory, cancellationToken).ConfigureAwait(false);
        }

        _reader = new ChainReader(chain, step.At, context.Collections.Codecs);
        if (!_reader.Chain.Layers.Select(layer => layer.Manifest.LayerId)
            .SequenceEqual(step.Layers, StringComparer.Ordinal))
            throw Errors.CollectionChanged();
    }

    private async Task BeginAsync(BeginRestoreStep step, CancellationToken cancellationToken)
    {
        var engine = context.Engines[step.Engine];
        _restores.Add(
            step.Engine,
            await engine.BeginRestoreAsync(
                new RestoreRequest
                {
                    Id = IdOf(turn.JobId),
                    Remember = engine.Info.Capabilities.HasFlag(EngineCapabilities.RestoreLedger),
                    NewDatabases = step.NewDatabases,
                    SkipForeignKeyCheck = step.SkipForeignKeyCheck,
                    PagesAsOf = step.PagesAsOf,
                },
                cancellationToken).ConfigureAwait(false));
    }

    private async Task CreateAsync(CreateObjectsStep step, CancellationToken cancellationToken)
    {
        await _restores.Of(step.Engine).CreateAsync(step.Objects, cancellationToken).ConfigureAwait(false);
        MarkObjectsMade();
    }

    private void MarkObjectsMade()
    {
        if (!Interlocked.Exchange(ref _objectsMade, true))
            turn.Progress.Mark(JobPhases.ObjectsMade);
    }

    private async Task MaterialiseAsync(MaterialiseStep step, CancellationToken cancellationToken)
    {
        turn.Progress.BeginObject(step.Space.Database);
        var engine = context.Engines.Values.FirstOrDefault(e => e is IPageSpaceReader && e.Info.Kind == step.EngineKind)
            ?? throw Errors.EngineMissing(step.EngineKind, step.Package);
        var shape = ShapeOf(step.Space);
        turn.Progress.Expect(0, shape.PageCount * shape.PageSize);
        var scratch = Directory.CreateDirectory(ScratchOf(context, turn.JobId)).FullName;
        var pages = await ((IPageSpaceReader)engine)
            .BeginMaterialiseAsync(step.Space, shape, scratch, cancellationToken).ConfigureAwait(false);
        var database = new MaterialisedDatabase(pages, scratch);
        lock (_gate)
            _aside.Add(step.Space.Database, database);
        await ReadAsync(step.Space, (source, token) => pages.IngestAsync(source, token), cancellationToken)
            .ConfigureAwait(false);
        await database.OpenAsync(step.AsOf, cancellationToken).ConfigureAwait(false);
    }

    private async Task IngestAsync(IngestSpaceStep step, CancellationToken cancellationToken)
    {
        MarkObjectsMade();
        turn.Progress.BeginObject(step.Name);
        if (step.FromPages)
            await IngestFromPagesAsync(step, cancellationToken).ConfigureAwait(false);
        else
            await IngestFromChainAsync(step, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _indexEntries, step.IndexEntries);
        turn.Progress.EndObject();
    }

    private async Task IngestFromChainAsync(IngestSpaceStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Expect(1, step.EstimatedBytes);
        var shape = ShapeOf(step.Source);
        var restore = _restores.Of(step.Engine);
        var rows = step.Destination switch
        {
            null => await ReadAsync(step.Source, DrainAsync, cancellationToken).ConfigureAwait(false),
            TableSpace => await ReadInOrderAsync(
                step.Source,
                (source, token) => restore.IngestAsync(step.Destination, shape, source, token),
                cancellationToken).ConfigureAwait(false),
            _ => await ReadAsync(
                step.Source,
                (source, token) => restore.IngestAsync(step.Destination, shape, source, token),
                cancellationToken).ConfigureAwait(false),
        };
        // Pages are not what a user counts: of a database, the rows that its manifest counted.
        Interlocked.Add(ref _rows, step.Source is PageSpace ? step.EstimatedRows : rows);
    }

    /// <summary>Reads a space range by range on all workers and proves its fingerprint at the end.</summary>
    private async Task<long> ReadAsync(
        Space space, Func<IRowSource, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        var proof = _reader!.BeginProof(space);
        var ranges = await _reader.SplitAsync(space, RangeBytes, cancellationToken).ConfigureAwait(false);
        long rows = 0;
        await _workers.ForEachAsync(
            ranges,
            async (range, token) =>
            {
                var source = _reader.OpenSource(space, range, proof);
                await using var _ = source.ConfigureAwait(false);
                var counted = new CountingSource(source, turn.Progress);
                await take(counted, token).ConfigureAwait(false);
                Interlocked.Add(ref rows, counted.Rows);
                Interlocked.Add(ref _bytes, counted.Bytes);
            },
            cancellationToken).ConfigureAwait(false);
        proof.Verify();
        return rows;
    }

    /// <summary>Reads a table from its first to its last key and proves its fingerprint at the end.</summary>
    private async Task<long> ReadInOrderAsync(
        Space space, Func<IRowSource, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        var proof = _reader!.BeginProof(space);
        var source = _reader.OpenSource(space, KeySpan.All, proof);
        await using var _ = source.ConfigureAwait(false);
        var rows = await TransferAsync(
            (sink, token) => RowTransfer.CopyAsync(source, sink, token), take, cancellationToken).ConfigureAwait(false);
        proof.Verify();
        return rows;
    }

    private async Task IngestFromPagesAsync(IngestSpaceStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Expect(1, step.EstimatedBytes);
        var snapshot = _aside[step.Source.Database].Snapshot;
        var shape = await snapshot.DescribeAsync(step.Source, cancellationToken).ConfigureAwait(false);
        var rows = await TransferAsync(
            (sink, token) => snapshot.ExportAsync(step.Source, KeySpan.All, ExportWindow.Full, sink, token).AsTask(),
            (source, token) => step.Destination is null
                ? DrainAsync(source, token)
                : _restores.Of(step.Engine).IngestAsync(step.Destination, shape, source, token),
            cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _rows, rows);
    }

    /// <summary>Carries the rows of a table over as one worker, however many tables wait: each holds buffers.</summary>
    private async Task<long> TransferAsync(
        Func<IRowVersionSink, CancellationToken, Task> give,
        Func<IRowSource, CancellationToken, ValueTask> take,
        CancellationToken cancellationToken)
    {
        long rows = 0;
        await _workers.ForEachAsync(
            [give],
            (one, token) => RowTransfer.RunAsync(
                one,
                async (source, inner) =>
                {
                    var counted = new CountingSource(source, turn.Progress);
                    await take(counted, inner).ConfigureAwait(false);
                    rows = counted.Rows;
                    Interlocked.Add(ref _bytes, counted.Bytes);
                },
                token),
            cancellationToken).ConfigureAwait(false);
        return rows;
    }

    private async Task CompleteAsync(CompleteRestoreStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Begin(JobPhases.BuildingIndexes, 0.08 / _restores.Count);
        await _restores.Of(step.Engine).CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RestoreSystemAsync(RestoreSystemStep step, CancellationToken cancellationToken)
    {
        await context.System.AddAsync(
            _reader!.Chain.Newest.Manifest.System ?? [], step.Kinds,
            step.AllNames ? null : new RestoredNames(step.Databases, step.Tables), turn.TryAddAsync, cancellationToken)
                .ConfigureAwait(false);
        Interlocked.Add(ref _rows, turn.Added.Count);
    }

    private async Task PublishAsync(PublishRestoreStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Begin(JobPhases.Publishing, 0.02);
        Outcome = new JobOutcome(_rows, _indexEntries, _bytes) { Notices = _restores.Notices };
        await turn.ConfirmAsync(landing: Outcome, cancellationToken).ConfigureAwait(false);
        // RESTORE SYSTEM USERS brings back nothing but entries, which are there: it names no engine.
        await _restores.PublishAsync(step.Engines, cancellationToken).ConfigureAwait(false);
        turn.IsDone = true;
        Log.Published(context.Logger, turn.JobId, Outcome.Rows, Outcome.Bytes);
    }

    private SpaceShape ShapeOf(Space space) => _reader!.Chain.Newest.Manifest.Find(space)!.Shape;

    private static async ValueTask DrainAsync(IRowSource source, CancellationToken cancellationToken)
    {
        while (await source.FillAsync(cancellationToken).ConfigureAwait(false))
        {
            while (source.TryRead(out _))
            {
                // Reading is all: the proof looks at every row on the way.
            }
        }
    }
}
