using Backup.Sql.Diagnostics;
using Backup.Sql.Sqlite.State;
using Backup.Sql.State;

namespace Backup.Sql.Sqlite;

/// <summary>
/// A state store in a SQLite file, which any number of processes may share. What a call has committed is on the disk;
/// a process that dies in the middle of a call leaves everything or nothing of it.
/// </summary>
/// <remarks>
/// The first change makes the file, so that whoever only looks leaves no trace. The file belongs to a local disk:
/// SQLite's locks and its shared memory do not work across a network.
/// </remarks>
public sealed class SqliteStateStore : IStateStore
{
    /// <summary>How long a call waits for other processes before it gives up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The pause before a call asks again for a file that is locked. Locks are held for a few milliseconds; SQLite's
    /// own waiting would block a thread, and sometimes two waiters block each other until one lets go.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly string _path;
    private StateFile? _file;
    private bool _disposed;

    private SqliteStateStore(string path) => _path = path;

    /// <summary>Opens a state file.</summary>
    /// <param name="path">
    /// The file; a relative path counts from the current directory. Neither it nor its directory need exist.
    /// </param>
    /// <returns>The store.</returns>
    /// <exception cref="BackupSqlException">55000 no SQLite provider is set; 22023 the file is something else; BS002 it
    /// was written by a newer version; XX001 it is damaged; 58030 it cannot be opened.</exception>
    public static SqliteStateStore Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SqliteEngine.RequireProvider();
        var store = new SqliteStateStore(Path.GetFullPath(path));
        try
        {
            store._file = StateFile.OpenExisting(store._path);
        }
        catch (BackupSqlException busy) when (busy.SqlState == SqlStates.LockNotAvailable)
        {
            // Another process is making it: the first call opens it, and can wait.
        }

        return store;
    }

    /// <inheritdoc/>
    public ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default) =>
        RunAsync(() => Existing()?.Find(kind, key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string kind, CancellationToken cancellationToken = default) =>
        RunAsync(() => Existing()?.List(kind) ?? [], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> TryCommitAsync(
        IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return RunAsync(
            () => (_file ??= StateFile.OpenOrCreate(_path)).TryCommit(changes), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        _file?.Dispose();
        _file = null;
        _gate.Release();
    }

    private StateFile? Existing() => _file ??= StateFile.OpenExisting(_path);

    /// <summary>
    /// Runs a call that changes everything or nothing, again and again while others hold the file. They are other
    /// processes, which keep to no clock of ours: the pauses are real time.
    /// </summary>
    private async ValueTask<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var started = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    return await Task.Run(call, cancellationToken).ConfigureAwait(false);
                }
                catch (BackupSqlException busy) when (
                    busy.SqlState == SqlStates.LockNotAvailable
                    && TimeProvider.System.GetElapsedTime(started) < Patience)
                {
                    await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
