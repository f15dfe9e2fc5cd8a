using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Execution;

/// <summary>The holds on history that a job has placed, one per engine.</summary>
/// <param name="engines">The engines.</param>
/// <param name="name">The name of the job's hold.</param>
internal sealed class HistoryHolds(IReadOnlyDictionary<string, IDatabaseEngine> engines, string name)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);

    public async Task HoldAsync(ProtectStep step, CancellationToken cancellationToken)
    {
        var engine = engines[step.Engine];
        var from = step.From
            ?? (step.AllHistory
                ? HlcTimestamp.Zero
                : await engine.GetCurrentTimeAsync(cancellationToken).ConfigureAwait(false));
        try
        {
            await ((IRetentionHolds)engine).HoldAsync(name, from, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException gone) when (step.MayBeGone && gone.SqlState == SqlStates.TimeOutOfRange)
        {
            // What changed since then is unknown: the tables are written in full.
            return;
        }

        lock (_gate)
            _held.Add(step.Engine);
    }

    /// <summary>
    /// Gives up the hold on one engine, after the next layer's has taken its place where there is one.
    /// </summary>
    /// <param name="step">Which engine, and the name of the next hold.</param>
    /// <param name="end">From where the next layer needs history.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task HandOverAsync(ReleaseStep step, HlcTimestamp end, CancellationToken cancellationToken)
    {
        if (step.HandTo is { } next)
        {
            await ((IRetentionHolds)engines[step.Engine]).HoldAsync(next, end, cancellationToken)
                .ConfigureAwait(false);
        }

        await ReleaseAsync(step.Engine).ConfigureAwait(false);
    }

    public async Task ReleaseAllAsync()
    {
        List<string> left;
        lock (_gate)
            left = [.. _held];
        foreach (var engine in left)
            await ReleaseAsync(engine).ConfigureAwait(false);
    }

    private async Task ReleaseAsync(string engine)
    {
        lock (_gate)
        {
            if (!_held.Remove(engine))
                return;
        }

        await ((IRetentionHolds)engines[engine]).ReleaseAsync(name).ConfigureAwait(false);
    }
}
