using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>The write locks of some databases, held while one point of all of them is opened.</summary>
internal sealed class WriteLocks : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);
    private readonly List<Connection> _held = [];

    /// <summary>The connections that hold the locks, in the order of the databases.</summary>
    public IReadOnlyList<Connection> Held => _held;

    /// <summary>Takes the locks one after the other.</summary>
    /// <param name="connections">Opens connections.</param>
    /// <param name="files">The databases.</param>
    /// <param name="patience">
    /// How long to wait for each. A busy writer leaves gaps of a fraction of a millisecond between its transactions, so
    /// that SQLite's own busy handler, which asks ever more rarely, would hardly meet one.
    /// </param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null, or the first database whose lock was not to be had.</returns>
    public async Task<string?> TryTakeAsync(
        ConnectionSource connections,
        IReadOnlyList<DatabaseFile> files,
        TimeSpan patience,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            var connection = connections.OpenImpatient(file);
            _held.Add(connection);
            var started = timeProvider.GetTimestamp();
            while (!TryTake(connection))
            {
                if (timeProvider.GetElapsedTime(started) > patience)
                    return file.Name;
                await Task.Delay(Poll, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }

        return null;
    }

    public void Dispose()
    {
        // Closing rolls back.
        foreach (var connection in _held)
            connection.Dispose();
        _held.Clear();
    }

    private static bool TryTake(Connection connection)
    {
        var code = connection.TryExecute("BEGIN IMMEDIATE");
        if (ResultCodes.Basic(code) is ResultCodes.Busy or ResultCodes.Locked)
            return false;
        connection.Check(code);
        return true;
    }
}
