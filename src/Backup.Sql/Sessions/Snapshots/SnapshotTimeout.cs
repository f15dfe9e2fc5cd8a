using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>Ends snapshot jobs that take longer than they may, counted from the statement.</summary>
internal static class SnapshotTimeout
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Runs a job's work; of other jobs, without a limit.</summary>
    /// <exception cref="BackupSqlException">57014 it took too long, and has left nothing behind.</exception>
    public static async Task<T> RunAsync<T>(
        BoundStatement bound, JobRecord job, TimeProvider time, Func<CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        if (SecondsOf(bound) is not { } seconds)
            return await work(cancellationToken).ConfigureAwait(false);
        var deadline = job.Created.AddSeconds(seconds);
        var left = deadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            throw Errors.SnapshotJobTimedOut(seconds);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // It looks again and again: one timer cannot be as long as a timeout may be.
        var timer = time.CreateTimer(_ => Look(late, deadline, time), null, Shorter(left, LongestTimer), Interval);
        await using var closing = timer.ConfigureAwait(false);
        try
        {
            return await work(late.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (IsTimeout(error, late, cancellationToken))
        {
            throw Errors.SnapshotJobTimedOut(seconds);
        }
    }

    private static int? SecondsOf(BoundStatement bound) => bound switch
    {
        BoundBackup { Snapshot: { } backup } => backup.TimeoutSeconds,
        BoundRestore { Snapshot: { } restore } => restore.TimeoutSeconds,
        _ => null,
    };

    private static void Look(CancellationTokenSource late, DateTimeOffset deadline, TimeProvider time)
    {
        if (time.GetUtcNow() < deadline)
            return;
        try
        {
            late.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended at this very moment.
        }
    }

    private static bool IsTimeout(Exception error, CancellationTokenSource late, CancellationToken cancellationToken) =>
        late.IsCancellationRequested && !cancellationToken.IsCancellationRequested
        && (error is OperationCanceledException or BackupSqlException { SqlState: SqlStates.QueryCanceled });

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
