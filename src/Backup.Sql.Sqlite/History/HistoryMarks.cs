using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.History;

/// <summary>Sets one mark in several databases at once, between any two transactions on any of them.</summary>
internal sealed class HistoryMarks(EngineClock clock, TimeProvider timeProvider, TimeSpan patience)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Sets the mark. Locks are let go for the commits and taken again; when somebody else has committed in between,
    /// the mark is set anew. Afterwards the locks are held, and the databases are what they are at the mark.
    /// </summary>
    /// <param name="locks">The write locks of the databases.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The mark's time.</returns>
    public async Task<HlcTimestamp> SetAsync(WriteLocks locks, CancellationToken cancellationToken)
    {
        var tracked = locks.Held.Where(HistoryState.IsTracked).ToList();
        while (true)
        {
            var least = tracked.Select(connection => new HistoryTracker(connection).NextTime()).Max();
            var time = clock.Next(least);
            foreach (var connection in tracked)
                new HistoryTracker(connection).Mark(time);
            var isCut = true;
            foreach (var connection in tracked)
                isCut &= await CommitAndLockAsync(connection, cancellationToken).ConfigureAwait(false);
            if (isCut)
                return time;
        }
    }

    /// <returns>False when somebody else has committed between the commit and the lock.</returns>
    private async Task<bool> CommitAndLockAsync(Connection connection, CancellationToken cancellationToken)
    {
        var before = connection.QueryInteger("PRAGMA data_version");
        await RunAsync(connection, "COMMIT", cancellationToken).ConfigureAwait(false);
        await RunAsync(connection, "BEGIN IMMEDIATE", cancellationToken).ConfigureAwait(false);
        return connection.QueryInteger("PRAGMA data_version") == before;
    }

    private async Task RunAsync(Connection connection, string sql, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        while (true)
        {
            var code = connection.TryExecute(sql);
            if (ResultCodes.Basic(code) is not (ResultCodes.Busy or ResultCodes.Locked))
            {
                connection.Check(code);
                return;
            }

            if (timeProvider.GetElapsedTime(started) > patience)
                throw SqliteErrors.DatabasesBusy(connection.Database, patience);
            await Task.Delay(Poll, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
