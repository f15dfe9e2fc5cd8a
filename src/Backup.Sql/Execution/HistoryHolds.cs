using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Execution;

/// <summary>The holds on history that a job has placed, one per engine.</summary>
internal sealed class HistoryHolds(IReadOnlyDictionary<string, IDatabaseEngine> engines, long jobId) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);

    private string Name => $"job-{jobId}";

    public async Task HoldAsync(ProtectStep step, CancellationToken cancellationToken)
    {
        var engine = engines[step.Engine];
        var from = step.From
            ?? await FirstNeededAsync(engine, step.AllHistory, cancellationToken).ConfigureAwait(false);
        await ((IRetentionHolds)engine).HoldAsync(Name, from, cancellationToken).ConfigureAwait(false);
        lock (_gate)
            _held.Add(step.Engine);
    }

    public async Task ReleaseAsync(string engine)
    {
        lock (_gate)
        {
            if (!_held.Remove(engine))
                return;
        }

        await ((IRetentionHolds)engines[engine]).ReleaseAsync(Name).ConfigureAwait(false);
    }

    private static ValueTask<HlcTimestamp> FirstNeededAsync(
        IDatabaseEngine engine, bool allHistory, CancellationToken cancellationToken) =>
        allHistory
            ? ((ICatalogHistory)engine).GetHistoryStartAsync(cancellationToken)
            : engine.GetCurrentTimeAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        List<string> left;
        lock (_gate)
            left = [.. _held];
        foreach (var engine in left)
            await ReleaseAsync(engine).ConfigureAwait(false);
    }
}
