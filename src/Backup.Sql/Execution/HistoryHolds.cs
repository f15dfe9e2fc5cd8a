using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution;

/// <summary>The holds on history that a job has placed, one per engine.</summary>
internal sealed class HistoryHolds(IReadOnlyDictionary<string, IDatabaseEngine> engines, long jobId) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);

    private string Name => $"job-{jobId}";

    public async Task HoldAsync(string engine, HlcTimestamp from, CancellationToken cancellationToken)
    {
        await ((IRetentionHolds)engines[engine]).HoldAsync(Name, from, cancellationToken).ConfigureAwait(false);
        lock (_gate)
            _held.Add(engine);
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

    public async ValueTask DisposeAsync()
    {
        List<string> left;
        lock (_gate)
            left = [.. _held];
        foreach (var engine in left)
            await ReleaseAsync(engine).ConfigureAwait(false);
    }
}
