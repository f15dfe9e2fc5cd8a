namespace Backup.Sql.State;

/// <summary>
/// Keeps what outlives a process: jobs, schedules, connections, repositories, grants, settings, the registry of
/// backups. A store knows nothing of them: it holds entries by kind and key, and changes several of them at once or
/// none. All members may be called concurrently, by several processes where the store is shared.
/// </summary>
public interface IStateStore : IAsyncDisposable
{
    /// <summary>
    /// True when what is kept here is still there after the process: then running jobs are left to the next process
    /// when this one ends, instead of being cancelled. Default: true.
    /// </summary>
    bool OutlivesProcess => true;

    /// <summary>Reads one entry.</summary>
    /// <param name="kind">What sort of thing, such as <c>job</c>; ordinal.</param>
    /// <param name="key">Which of them; ordinal.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The entry, or null if there is none.</returns>
    ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default);

    /// <summary>Reads all entries of a kind, as they were at one moment.</summary>
    /// <param name="kind">What sort of thing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The entries in ordinal order of their keys.</returns>
    ValueTask<IReadOnlyList<StateEntry>> ListAsync(string kind, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes all changes if every entry still has the version that the caller saw, else none. When the call returns
    /// true they are durable.
    /// </summary>
    /// <param name="changes">The changes; no entry twice.</param>
    /// <param name="cancellationToken">Ends the call; a call that ended so changed everything or nothing.</param>
    /// <returns>False, and nothing changed, if an entry has another version.</returns>
    ValueTask<bool> TryCommitAsync(
        IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default);
}
