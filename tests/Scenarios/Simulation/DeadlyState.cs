using System.Diagnostics;
using System.Globalization;
using System.Text;
using Backup.Sql.State;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// A state store whose process kills itself (SIGKILL: nothing is flushed, nothing disposed) at a commit: before the
/// n-th one (<c>commit:7</c>), or before or after the one that says that a job has succeeded (<c>before</c>,
/// <c>after</c>).
/// </summary>
internal sealed class DeadlyState(IStateStore inner, string death) : IStateStore
{
    private int _commits;

    public bool OutlivesProcess => inner.OutlivesProcess;

    public ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default) =>
        inner.GetAsync(kind, key, cancellationToken);

    public ValueTask<IReadOnlyList<StateEntry>> ListAsync(string kind, CancellationToken cancellationToken = default) =>
        inner.ListAsync(kind, cancellationToken);

    public async ValueTask<bool> TryCommitAsync(IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default)
    {
        var number = Interlocked.Increment(ref _commits);
        var succeeds = changes.Any(change => change.Value is { } value
            && Encoding.UTF8.GetString(value.Span).Contains("\"state\":\"Succeeded\"", StringComparison.Ordinal));
        if (death == "commit:" + number.ToString(CultureInfo.InvariantCulture) || (succeeds && death == "before"))
            Die();
        var committed = await inner.TryCommitAsync(changes, cancellationToken);
        if (succeeds && death == "after")
            Die();
        return committed;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static void Die()
    {
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
