using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Execution.Pauses;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>
/// Carries out the steps of a BACKUP. Until the manifest is put nothing of it can be seen; afterwards nothing may undo
/// it.
/// </summary>
internal sealed class BackupRun(RunContext context, JobTurn turn) : IAsyncDisposable
{
    private const long SmallestSpan = 16L << 20;

    private readonly WorkerPool _workers = new(context.Settings.EffectiveWorkers);
    private readonly CheckpointClock _checkpoints = new(context.Time, context.Settings);
    private readonly Lock _gate = new();
    private readonly List<SpaceManifest> _spaces = [];
    private readonly List<string> _notices = [];
    private readonly HistoryHolds _holds = new(context.Engines, HoldOf(turn.JobId));
    private readonly StorePause _pause = new(context, turn.JobId);
    private readonly SourceSet _sources = new();
    private readonly List<IAsyncDisposable> _opened = [];
    private Collection? _collection;
    private LayerWriter? _layer;
    private Chain? _parent;
    private ChainLayer? _committed;
    private (PlaceNotes Notes, string Place)? _elsewhere;
    private string? _label;

    /// <summary>What the finished backup came to.</summary>
    public JobOutcome Outcome { get; private set; } = new(0, 0, 0);

    public Task RunAsync(PlanStep step, CancellationToken cancellationToken) => step switch
    {
        ProtectStep protect => _holds.HoldAsync(protect, cancellationToken),
        PauseStep pause => PauseAsync(pause, cancellationToken),
        ResumeStep => _pause.ResumeAsync(cancellationToken),
        OpenSnapshotStep open => OpenSnapshotAsync(open, cancellationToken),
        BeginLayerStep begin => BeginLayerAsync(begin, cancellationToken),
        ReserveLabelStep reserve => ReserveLabelAsync(reserve, cancellationToken),
        ExportSpaceStep export => ExportAsync(export, cancellationToken),
        WriteManifestStep write => WriteManifestAsync(write, cancellationToken),
        PublishLatestStep => PublishLatestAsync(cancellationToken),
        ReleaseStep release => _holds.HandOverAsync(release, _committed!.End, cancellationToken),
        _ => throw new InvalidOperationException(step.GetType().Name),
    };

    public async ValueTask DisposeAsync()
    {
        // First of all the writers: whatever else goes wrong, they work again.
        var standing = await _pause.LiftAsync().ConfigureAwait(false);
        _workers.Dispose();
        await _sources.DisposeAsync().ConfigureAwait(false);
        if (_layer is not null && _committed is null)
            await (turn.KeepsWork ? KeepLayerAsync(_layer) : AbandonLayerAsync(_layer)).ConfigureAwait(false);
        foreach (var opened in _opened)
            await opened.DisposeAsync().ConfigureAwait(false);
        // What is kept was read at a time that the next turn wants to read again.
        if (!turn.KeepsWork || _committed is not null)
            await _holds.ReleaseAllAsync().ConfigureAwait(false);
        if (standing is not null)
            throw standing; // worse than whatever stopped the backup
    }

    /// <summary>The name of a job's hold on an engine's history.</summary>
    public static string HoldOf(long jobId) => $"job-{jobId}";

    private async Task KeepLayerAsync(LayerWriter layer)
    {
        if (turn.Reason == StopReason.LostLease)
            return; // somebody else may be writing it by now
        try
        {
            await layer.SettleAsync().ConfigureAwait(false);
            await layer.CheckpointAsync().ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            Log.HintFailed(context.Logger, turn.JobId, "the checkpoint", error);
        }
    }

    private async Task AbandonLayerAsync(LayerWriter layer)
    {
        try
        {
            if (await layer.AbandonAsync().ConfigureAwait(false) && _label is not null)
                await _collection!.Snapshots.ReleaseAsync(_label, CancellationToken.None).ConfigureAwait(false);
            await turn.SaveLayerAsync(null).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            Log.CleanUpFailed(context.Logger, turn.JobId, layer.Directory, error);
        }
    }

    private Task PauseAsync(PauseStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Begin("pausing writers", 0);
        return _pause.BeginAsync(step, cancellationToken);
    }

    private async Task OpenSnapshotAsync(OpenSnapshotStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Begin(JobPhases.OpeningSnapshot, 0);
        var engine = context.Engines[step.Engine];
        var snapshot = step.RestorePointOnly
            ? null
            : await engine.OpenSnapshotAsync(
                new SnapshotRequest { Databases = step.Databases, AsOf = step.AsOf }, cancellationToken)
                    .ConfigureAwait(false);
        _sources.Add(new OpenedSource(step.Engine, engine, step.Databases, snapshot));
        if (snapshot is ISnapshotNotices found)
        {
            lock (_gate)
                _notices.AddRange(found.Notices);
        }
    }

    /// <summary>The time that the layer restores: the middle of the pause, or the snapshot's own.</summary>
    private HlcTimestamp End => _pause.Evidence?.RestoreTime ?? _sources.Timestamp;

    private async Task BeginLayerAsync(BeginLayerStep step, CancellationToken cancellationToken)
    {
        var opened = await context.Collections.OpenAsync(
            step.Collection, step.Incrementals, step.Keys, cancellationToken).ConfigureAwait(false);
        _opened.Add(opened);
        _collection = opened.Collection;
        _parent = await LoadParentAsync(step, cancellationToken).ConfigureAwait(false);
        _elsewhere = (_parent, step) switch
        {
            (null, _) => null,
            (_, { ParentLocations.Count: > 0 }) => (new PlaceNotes(_parent.Newest.Store), step.Collection),
            (_, { Incrementals: { } place, AtLocation: false }) => (new PlaceNotes(_collection.Main), place),
            _ => null,
        };
        if (_parent?.Newest.Manifest.LayerId != step.AssumedNewestLayer)
            throw Errors.CollectionChanged();
        if (_parent is not null && _parent.End >= End)
            throw Errors.EndsBeforeParent(End.ToDateTimeOffset(), _parent.End.ToDateTimeOffset());
        var (main, _) = _sources.Describe(_parent);
        _layer = await new LayerStart(_collection).BeginAsync(
            new LayerRequest
            {
                JobId = turn.JobId.ToString(CultureInfo.InvariantCulture),
                End = End,
                Parent = _parent,
                Directory = step.AtLocation ? "" : step.Subdirectory,
                EngineKind = main.Kind,
                EngineVersion = main.Version,
                EnginePackage = main.Package,
                ClusterId = main.ClusterId,
                CreatedBy = typeof(BackupRun).Assembly.GetName().Version!.ToString(),
                Compression = context.Collections.Codecs.Choose(step.Compression, step.CompressionLevel),
                FileBytes = context.Settings.FileSize,
                Random = context.Random,
                Locality = context.Locality,
                StrictStorageLocality = step.StrictStorageLocality,
                Saved = turn.Layer,
                Settled = turn.SaveLayerAsync,
                Confirm = turn.ConfirmAsync,
            },
            cancellationToken).ConfigureAwait(false);
        turn.Progress.Begin(JobPhases.Exporting, 0.95);
    }

    private async Task ReserveLabelAsync(ReserveLabelStep step, CancellationToken cancellationToken)
    {
        var snapshots = _collection!.Snapshots;
        var reservation = new SnapshotReservation
        {
            Label = step.Label,
            Database = step.Database,
            LayerId = _layer!.LayerId,
            Directory = _layer.Directory,
            ClusterId = _sources.All[0].Engine.Info.ClusterId,
            Job = turn.JobId,
            Deadline = context.Time.GetUtcNow().AddSeconds(step.TimeoutSeconds),
        };
        if (!await snapshots.TryReserveAsync(reservation, cancellationToken).ConfigureAwait(false))
        {
            // An earlier turn of this job may have left its own reservation.
            var taken = await snapshots.FindAsync(step.Label, whole: false, cancellationToken).ConfigureAwait(false);
            var isOurs = taken?.Reservation?.Job == turn.JobId && !taken.IsFinished;
            if (isOurs && taken!.Reservation!.LayerId != _layer.LayerId)
                await snapshots.DropAsync(taken, cancellationToken).ConfigureAwait(false);
            if (!(isOurs && taken!.Reservation!.LayerId == _layer.LayerId)
                && !await snapshots.TryReserveAsync(reservation, cancellationToken).ConfigureAwait(false))
                throw Errors.SnapshotExists(step.Label);
        }

        _label = step.Label;
    }

    /// <summary>
    /// The figures of a table of which only some partitions were written are those of its partitions.
    /// </summary>
    private TableFigures Covered(TableFigures table)
    {
        var parts = _spaces.Where(space => space.Space is TableSpace { Partition: not null } part
            && part.TableId == table.TableId).ToList();
        var rows = parts.Sum(part => part.Rows);
        return parts.Count == 0 || rows == table.Rows
            ? table
            : table with
            {
                Rows = rows,
                Bytes = parts.Sum(part => part.RawBytes),
                IndexEntries = table.Rows == 0 ? 0 : table.IndexEntries / table.Rows * rows,
            };
    }

    private async Task<Chain?> LoadParentAsync(BeginLayerStep step, CancellationToken cancellationToken)
    {
        if (step.ParentLocations.Count > 0)
        {
            var locations = await context.Collections
                .OpenLocationsAsync(step.ParentLocations, step.Keys, cancellationToken).ConfigureAwait(false);
            _opened.Add(locations);
            return locations.Chain;
        }

        return step.Parent is null
            ? null
            : await _collection!.LoadChainAsync(step.Parent, cancellationToken).ConfigureAwait(false);
    }

    private async Task ExportAsync(ExportSpaceStep step, CancellationToken cancellationToken)
    {
        turn.Progress.BeginObject(step.Name);
        var shape = await _sources.SnapshotOf(step.Space).DescribeAsync(step.Space, cancellationToken)
            .ConfigureAwait(false);
        turn.Progress.Expect(1, shape.PageCount > 0 ? shape.PageCount * shape.PageSize : shape.EstimatedBytes);
        var before = _parent?.Newest.Manifest.Find(step.Space);
        var versionsFrom = step.AllVersions
            ? await FindVersionsAsync(step, cancellationToken).ConfigureAwait(false) : null;
        step = step with { AllVersions = versionsFrom is not null };
        var changesKnown = await AreChangesKnownAsync(step, shape, versionsFrom, cancellationToken)
            .ConfigureAwait(false);
        var coverage = step.Mode switch
        {
            // Rows without a key of their own cannot be merged with those of the layer below, nor pages of another
            // size. What cannot be proved to be caught is written again.
            ExportMode.Changes when changesKnown => SpaceCoverage.Changes,
            ExportMode.ChangedPages when before!.Shape.PageSize == shape.PageSize => SpaceCoverage.Changes,
            _ => SpaceCoverage.Full,
        };
        var entry = await FindKnownAsync(step, shape, before, changesKnown, cancellationToken).ConfigureAwait(false)
            ?? await WriteAsync(step, shape, coverage, cancellationToken).ConfigureAwait(false);
        var isLost = step.Mode == ExportMode.Changes && shape.StableKeys && entry.Coverage == SpaceCoverage.Full;
        lock (_gate)
        {
            _spaces.Add(entry with { VersionsFrom = versionsFrom });
            if (isLost)
                _notices.Add(NotAllKnown(step.Name));
        }

        turn.Progress.EndObject();
    }

    private static bool HasNoPast(SpaceManifest space) => space is { Space: TableSpace, AllVersions: false };

    private static string WithoutPast(string table) =>
        $"{table} has no history that is known: it can be restored to the ends of backups, not to times between";

    private string NotAllKnown(string table) => string.Create(
        CultureInfo.InvariantCulture,
        $"{table} is backed up in full: not all of its changes since {_parent!.End.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss.ffffff} are known");

    /// <summary>
    /// A table that needs no writing because its fingerprint is what it was when it was last written: by the layer
    /// below, or by an earlier turn of this job.
    /// </summary>
    private async Task<SpaceManifest?> FindKnownAsync(
        ExportSpaceStep step, SpaceShape shape, SpaceManifest? before, bool changesKnown,
        CancellationToken cancellationToken)
    {
        var compares = step.Mode == ExportMode.IfChanged || (step.Mode == ExportMode.Changes && !changesKnown);
        SpaceFingerprint? below = compares && !step.AllVersions
            && before!.Fingerprint.Scope == FingerprintScope.State ? before.Fingerprint : null;
        var earlier = _layer!.FindFinished(step.Space);
        if (below is null && earlier is null)
            return null;
        var now = await FingerprintAsync(step, shape, cancellationToken).ConfigureAwait(false);
        if (now == below)
        {
            return before! with { Shape = shape, Coverage = SpaceCoverage.Unchanged, AllVersions = false, Files = [],
                DigestFiles = [] };
        }

        if (now == earlier)
            return _layer.Keep(step.Space, shape);
        turn.Progress.Expect(0, shape.EstimatedBytes); // it is read again, to be written
        return null;
    }

    /// <summary>
    /// From when on every version of a table's rows is known; null for a table of which nothing is known but the rows
    /// that there are at the layer's end.
    /// </summary>
    private async ValueTask<HlcTimestamp?> FindVersionsAsync(ExportSpaceStep step, CancellationToken cancellationToken)
    {
        var snapshot = _sources.SnapshotOf(step.Space);
        if (step.Space is not TableSpace || snapshot is not IChangeCoverage coverage)
            return WindowStart;
        var known = await coverage.GetVersionStartAsync(step.Space, WindowStart, cancellationToken)
            .ConfigureAwait(false);
        return known < snapshot.Timestamp ? known : null;
    }

    /// <summary>True when every change of a table since the parent's end is known.</summary>
    private async ValueTask<bool> AreChangesKnownAsync(
        ExportSpaceStep step, SpaceShape shape, HlcTimestamp? versionsFrom, CancellationToken cancellationToken)
    {
        if (step.Mode != ExportMode.Changes || !shape.StableKeys)
            return false;
        if (_sources.SnapshotOf(step.Space) is not IChangeCoverage coverage)
            return true;
        return (versionsFrom is null || versionsFrom == WindowStart)
            && await coverage.CoversAsync(step.Space, WindowStart, cancellationToken).ConfigureAwait(false);
    }

    private HlcTimestamp WindowStart => _parent?.End ?? HlcTimestamp.Zero;

    private async Task<SpaceManifest> WriteAsync(
        ExportSpaceStep step, SpaceShape shape, SpaceCoverage coverage, CancellationToken cancellationToken)
    {
        var writer = _layer!.BeginSpace(new SpaceWriteRequest
        {
            Space = step.Space,
            Shape = shape,
            Name = step.Name,
            Coverage = coverage,
            AllVersions = step.AllVersions && step.Space is TableSpace,
        });
        var window = new ExportWindow
        {
            Start = step.Space is TableSpace && coverage == SpaceCoverage.Changes ? _parent!.End : HlcTimestamp.Zero,
            AllVersions = step.AllVersions && step.Space is TableSpace,
        };
        var snapshot = _sources.SnapshotOf(step.Space);
        var spans = await SplitChangesAsync(step, window, cancellationToken).ConfigureAwait(false)
            ?? await SplitAsync(step, shape, cancellationToken).ConfigureAwait(false);
        turn.Progress.Add(writer.FinishedRows, writer.FinishedBytes);
        await _workers.ForEachAsync(
            KeySpans.Subtract(spans, writer.Finished),
            async (span, token) =>
            {
                var sink = writer.OpenSink(span);
                await using (sink.ConfigureAwait(false))
                {
                    var counted = new CountingSink(sink, turn.Progress);
                    await snapshot.ExportAsync(step.Space, span, window, counted, token).ConfigureAwait(false);
                    await sink.CompleteAsync(token).ConfigureAwait(false);
                    counted.Report();
                    turn.Progress.AddStored(sink.BytesStored);
                }

                if (_checkpoints.Add(sink.BytesStored))
                    await CheckpointAsync(token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        var entry = writer.Complete();
        if (_checkpoints.Add(0))
            await CheckpointAsync(cancellationToken).ConfigureAwait(false);
        return entry;
    }

    // Only a hint: a backup does not fail for it.
    private async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _layer!.SettleAsync().ConfigureAwait(false);
            await _layer.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            Log.HintFailed(context.Logger, turn.JobId, "a checkpoint", error);
        }
    }

    private async Task<SpaceFingerprint> FingerprintAsync(
        ExportSpaceStep step, SpaceShape shape, CancellationToken cancellationToken)
    {
        var total = new FingerprintAccumulator();
        var snapshot = _sources.SnapshotOf(step.Space);
        await _workers.ForEachAsync(
            await SplitAsync(step, shape, cancellationToken).ConfigureAwait(false),
            async (span, token) =>
            {
                var sink = new FingerprintSink();
                var counted = new CountingSink(sink, turn.Progress);
                await snapshot.ExportAsync(step.Space, span, ExportWindow.Full, counted, token).ConfigureAwait(false);
                counted.Report();
                var part = sink.Finish();
                lock (total)
                    total.Add(part);
            },
            cancellationToken).ConfigureAwait(false);
        return total.ToFingerprint(FingerprintScope.State);
    }

    /// <summary>Few rows need few spans; null where nobody knows how many there will be.</summary>
    private async ValueTask<IReadOnlyList<KeySpan>?> SplitChangesAsync(
        ExportSpaceStep step, ExportWindow window, CancellationToken cancellationToken) =>
        !window.Start.IsZero && !window.AllVersions && _sources.SnapshotOf(step.Space) is IChangeCoverage coverage
            ? await coverage.SplitChangesAsync(step.Space, window.Start, cancellationToken).ConfigureAwait(false)
            : null;

    private ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
        ExportSpaceStep step, SpaceShape shape, CancellationToken cancellationToken)
    {
        // A few spans per worker, so that all end at about the same time; no file larger than wanted.
        var bytes = shape.PageCount > 0 ? shape.PageCount * shape.PageSize : shape.EstimatedBytes;
        var target = Math.Clamp(
            bytes / (_workers.Workers * 4), Math.Min(SmallestSpan, context.Settings.FileSize),
            context.Settings.FileSize);
        return _sources.SnapshotOf(step.Space).SplitAsync(step.Space, target, cancellationToken);
    }

    private async Task WriteManifestAsync(WriteManifestStep step, CancellationToken cancellationToken)
    {
        turn.Progress.Begin(JobPhases.WritingManifest, 0.04);
        var contents = await ReadContentsAsync(step, cancellationToken).ConfigureAwait(false);
        var unread = _sources.All.Where(source => source.Snapshot is null).SelectMany(source => source.Databases);
        var manifest = _layer!.DescribeLayer() with
        {
            End = End,
            Engines = _sources.Describe(_parent).Listed,
            Pause = _pause.Evidence,
            IsFullCluster = step.Scope.IsCluster,
            CompleteDatabases = [.. step.Scope.Databases.Except(unread, StringComparer.Ordinal)],
            Targets = step.Statement,
            Label = step.Name,
            Snapshot = step.Snapshot is { } mark
                ? mark with { Expires = step.Ttl?.After(context.Time.GetUtcNow()) }
                : null,
            KeepForever = step.Labels.Contains(LayerNote.KeepForeverLabel, StringComparer.Ordinal),
            Labels = step.Labels.Count == 0 ? null : step.Labels,
            DatabaseProperties = context.PropertiesOf(step.Scope.AllDatabases()),
            Objects = contents.Objects,
            Statistics = [.. contents.Statistics.Select(Covered)],
            Spaces = [.. _spaces.Select(space => space.VersionsFrom > contents.HistoryStart
                ? space : space with { VersionsFrom = null })],
            System = await context.System.ReadAsync(step.Scope, cancellationToken).ConfigureAwait(false),
            RevisionStart = contents.HistoryStart,
            SchemaChanges = contents.SchemaChanges,
        };
        if (step.RevisionHistory)
            _notices.AddRange(_spaces.Where(HasNoPast).Select(space => WithoutPast(manifest.Describe(space.Space))));
        turn.Progress.Begin(JobPhases.Committing, 0.01);
        if (_elsewhere is var (notes, place))
        {
            // Before the layer is there: whoever drops what it stands on must be able to find it.
            await notes.AddAsync(_parent!.Full.Manifest.LayerId, place, cancellationToken).ConfigureAwait(false);
        }

        _committed = await _layer.CommitAsync(manifest, cancellationToken).ConfigureAwait(false);
        turn.IsDone = true;
        Outcome = SavedWork.OutcomeOf(_committed) with
        {
            Notices = [.. _pause.Notices, .. _notices.Order(StringComparer.Ordinal)],
        };
        if (step.UpdatesMetric)
            BackupMetrics.Succeeded(Outcome.End!.Value);
        Log.Committed(context.Logger, turn.JobId, _layer.Directory, Outcome.Rows, Outcome.Bytes);
        await TryAsync("tidying up", token => LayerRemains.TidyAsync(_committed, token), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Reads the catalogs of all engines at the layer's end.</summary>
    private async Task<LayerContents> ReadContentsAsync(WriteManifestStep step, CancellationToken cancellationToken)
    {
        var contents = new LayerContents();
        foreach (var source in _sources.All)
        {
            var scope = step.Scope.Within(source.Databases);
            if (source.Snapshot is null)
            {
                contents.Add(await source.ReadDatabasesAsync(cancellationToken).ConfigureAwait(false));
                continue;
            }

            await contents.ReadAsync(source.Snapshot, scope, _spaces, cancellationToken).ConfigureAwait(false);
            if (step.RevisionHistory)
            {
                contents.Add(await CatalogHistory.ReadAsync(source.Engine, scope, _parent?.End, End, cancellationToken)
                    .ConfigureAwait(false));
            }
        }

        contents.CheckSpaces(_spaces.Select(space => space.Space));
        lock (_gate)
            _notices.AddRange(contents.NotCarried(step.Scope.Databases));
        return contents;
    }

    private Task PublishLatestAsync(CancellationToken cancellationToken) => TryAsync(
        "LATEST", token => _collection!.Hints.PublishAsync(_committed!, token), cancellationToken);

    // The backup is committed: LATEST is found from the manifests all the same, and what is left over is inert.
    private async Task TryAsync(
        string what, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        try
        {
            await action(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BackupSqlException or OperationCanceledException)
        {
            Log.HintFailed(context.Logger, turn.JobId, what, error);
        }
    }
}
