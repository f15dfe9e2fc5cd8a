using System.Globalization;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Execution;

/// <summary>What the turns of a job that are over have left: found again, or removed.</summary>
internal sealed class SavedWork(RunContext context)
{
    /// <summary>
    /// Finds out whether a backup was committed by a turn that did not live to say so, and does what was still to do.
    /// </summary>
    /// <returns>What it came to; null when it was not committed.</returns>
    public async Task<JobOutcome?> FinishCommittedAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job is not { Layer: { } saved, Plan: not null })
            return null;
        var plan = ExecutionPlan.FromJson(job.Plan);
        var opened = await OpenAsync(plan, withKeys: true, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        if (await opened.Collection.FindCommittedAsync(saved, cancellationToken)
            .ConfigureAwait(false) is not { } layer)
            return null;
        try
        {
            if (plan.Steps.OfType<PublishLatestStep>().Any())
                await opened.Collection.Hints.PublishAsync(layer, cancellationToken).ConfigureAwait(false);
            await LayerRemains.TidyAsync(layer, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            Log.HintFailed(context.Logger, job.Id, "tidying up", error);
        }

        await ReleaseHoldAsync(plan, job.Id, cancellationToken).ConfigureAwait(false);
        return OutcomeOf(layer);
    }

    /// <summary>
    /// Finds out whether a restore was published by a turn that did not live to say so. Of engines that do not keep
    /// such marks nothing can be known: then it is as if it had not been.
    /// </summary>
    /// <returns>What the restore came to; null when nothing of it was published.</returns>
    /// <exception cref="BackupSqlException">It was in some of its engines, and not in the others.</exception>
    public async Task<JobOutcome?> FinishPublishedAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job is not { Landing: { } landing, Plan: not null })
            return null;
        var engines = EnginesOf(job);
        var published = await PublishedAsync(job, cancellationToken).ConfigureAwait(false);
        RestoreRun.RemoveScratch(context, job.Id);
        if (published.Count == engines.Count)
            return landing;
        return published.Count == 0
            ? null
            : throw Errors.PartlyPublished(
                published, engines.Except(published, StringComparer.Ordinal), Errors.ProcessDied());
    }

    /// <summary>Lets the engines forget a restore, and remove what its turns have staged.</summary>
    public async Task ForgetRestoreAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job is { Type: "BACKUP" } or { Plan: null })
            return;
        foreach (var (_, ledger) in Ledgers(EnginesOf(job)))
            await ledger.ForgetAsync(RestoreRun.IdOf(job.Id), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes what a job has left that does not go on.</summary>
    public async Task RevertAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job.Plan is null)
            return;
        var plan = ExecutionPlan.FromJson(job.Plan);
        await ReleaseHoldAsync(plan, job.Id, cancellationToken).ConfigureAwait(false);
        RestoreRun.RemoveScratch(context, job.Id);
        // What belongs to databases that were restored stays with them.
        if ((await PublishedAsync(job, cancellationToken).ConfigureAwait(false)).Count == 0)
            await context.System.RemoveAsync(job.Added).ConfigureAwait(false);
        await ForgetRestoreAsync(job, cancellationToken).ConfigureAwait(false);
        if (job.Layer is not { } saved)
            return;
        var opened = await OpenAsync(plan, withKeys: false, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        await opened.Collection.AbandonAsync(saved, job.Id.ToString(CultureInfo.InvariantCulture), cancellationToken)
            .ConfigureAwait(false);
        await ReleaseLabelAsync(opened.Collection, plan, job.Id, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ReleaseLabelAsync(
        Collection collection, ExecutionPlan plan, long jobId, CancellationToken cancellationToken)
    {
        if (plan.Steps.OfType<ReserveLabelStep>().FirstOrDefault() is { } step
            && await collection.Snapshots.FindAsync(step.Label, whole: false, cancellationToken).ConfigureAwait(false)
                is { IsFinished: false } left
            && left.Reservation?.Job == jobId)
            await collection.Snapshots.ReleaseAsync(step.Label, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a committed layer's backup came to.</summary>
    public static JobOutcome OutcomeOf(ChainLayer layer)
    {
        var manifest = layer.Manifest;
        return new JobOutcome(
            manifest.Statistics.Sum(s => s.Rows), manifest.Statistics.Sum(s => s.IndexEntries),
            manifest.Spaces.Sum(space => space.RawBytes))
        {
            End = manifest.End.ToDateTimeOffset(),
            Pause = manifest.Pause,
            Backup = new CommittedBackup(
                manifest.Kind == LayerKind.Full ? layer.Directory : CollectionLayout.FullOf(layer.Directory),
                layer.Directory, manifest.ChainId, manifest.LayerId, manifest.End),
        };
    }

    /// <summary>The engines that have published a restore.</summary>
    private async Task<IReadOnlyList<string>> PublishedAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var published = new List<string>();
        if (job.Landing is null)
            return published;
        foreach (var (name, ledger) in Ledgers(EnginesOf(job)))
        {
            if (await ledger.IsPublishedAsync(RestoreRun.IdOf(job.Id), cancellationToken).ConfigureAwait(false))
                published.Add(name);
        }

        return published;
    }

    private static IReadOnlyList<string> EnginesOf(JobRecord job) =>
        ExecutionPlan.FromJson(job.Plan!).Steps.OfType<PublishRestoreStep>().Single().Engines;

    private IEnumerable<(string Name, IRestoreLedger Ledger)> Ledgers(IEnumerable<string> engines) =>
        from name in engines
        let engine = context.Engines.GetValueOrDefault(name)
        where engine is IRestoreLedger && engine.Info.Capabilities.HasFlag(EngineCapabilities.RestoreLedger)
        select (name, (IRestoreLedger)engine);

    private Task<OpenedCollection> OpenAsync(ExecutionPlan plan, bool withKeys, CancellationToken cancellationToken)
    {
        var begin = plan.Steps.OfType<BeginLayerStep>().Single();
        // The chain's key lies beside its full layer.
        var keys = withKeys && begin is { Keys: { } given, ParentLocations: [var full, ..] }
            ? given with { InfoLocation = full }
            : begin.Keys;
        return context.Collections.OpenAsync(
            begin.Collection, begin.Incrementals, withKeys ? keys : null, cancellationToken);
    }

    private async Task ReleaseHoldAsync(ExecutionPlan plan, long jobId, CancellationToken cancellationToken)
    {
        foreach (var protect in plan.Steps.OfType<ProtectStep>())
        {
            if (context.Engines.GetValueOrDefault(protect.Engine) is IRetentionHolds engine)
                await engine.ReleaseAsync(BackupRun.HoldOf(jobId), cancellationToken).ConfigureAwait(false);
        }
    }
}
