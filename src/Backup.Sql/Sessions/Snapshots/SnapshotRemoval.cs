using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>
/// Removes snapshots, asked to or because their time is up. A snapshot is one full layer to which nothing is appended,
/// so that no other one can need it; what a job reads or writes stays, whatever is asked.
/// </summary>
internal sealed class SnapshotRemoval(BackupHost host)
{
    private readonly SnapshotJobs _jobs = new(host);
    private readonly ILogger _logger = host.Options.LoggerFactory.CreateLogger("Backup.Sql.Sessions");

    /// <summary>DROP SNAPSHOT.</summary>
    public async Task<StatementResult> RunAsync(BoundDropSnapshot drop, CancellationToken cancellationToken)
    {
        await DropAsync(drop, checksOnly: false, cancellationToken).ConfigureAwait(false);
        return ResultSet.Empty("DROP SNAPSHOT");
    }

    /// <summary>Refuses what <see cref="RunAsync"/> would refuse, and removes nothing.</summary>
    public Task CheckAsync(BoundDropSnapshot drop, CancellationToken cancellationToken) =>
        DropAsync(drop, checksOnly: true, cancellationToken);

    /// <summary>Removes the snapshots of this host's clusters whose time is up, in all repositories.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var repository in await _jobs.Repositories.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (repository.IsReadOnly)
                continue;
            try
            {
                removed += await ExpireAsync(repository, cancellationToken).ConfigureAwait(false);
            }
            catch (BackupSqlException error)
            {
                // The other repositories need not wait for this one; it has its turn again at the next tick.
                Log.ExpiryFailed(_logger, repository.Name, error);
            }
        }

        return removed;
    }

    private async Task DropAsync(BoundDropSnapshot drop, bool checksOnly, CancellationToken cancellationToken)
    {
        var repository = await _jobs.Repositories.GetAsync(drop.Repository, cancellationToken).ConfigureAwait(false);
        if (repository.IsReadOnly)
            throw Errors.RepositoryReadOnly(repository.Name);
        var opened = await host.Collections.OpenAsync(repository.Location, null, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var snapshots = opened.Collection.Snapshots;
        var entry = await snapshots.FindAsync(drop.Label, whole: true, cancellationToken).ConfigureAwait(false)
            ?? throw Errors.SnapshotNotFound(
                drop.Label, repository.Name,
                (await snapshots.ListAsync(whole: false, cancellationToken).ConfigureAwait(false))
                    .Select(other => other.Label));
        if (await UserOfAsync(entry, cancellationToken).ConfigureAwait(false) is { } job)
            throw Errors.SnapshotInUse(drop.Label, job);
        if (!drop.Force)
            RequireOwn(entry);
        if (!checksOnly)
            await snapshots.DropAsync(entry, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> ExpireAsync(RepositoryRecord repository, CancellationToken cancellationToken)
    {
        var now = host.Options.TimeProvider.GetUtcNow();
        var opened = await host.Collections.OpenAsync(repository.Location, null, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var snapshots = opened.Collection.Snapshots;
        var removed = 0;
        foreach (var entry in await snapshots.ListAsync(whole: false, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Manifest?.Snapshot?.Expires is not { } expires || expires > now
                || !IsOwn(entry.Manifest.ClusterId)
                || await UserOfAsync(entry, cancellationToken).ConfigureAwait(false) is not null)
                continue;
            await snapshots.DropAsync(entry, cancellationToken).ConfigureAwait(false);
            Log.SnapshotExpired(_logger, entry.Label, repository.Name);
            removed++;
        }

        return removed;
    }

    /// <summary>The job that reads the snapshot, or still writes it; null if there is none.</summary>
    private async Task<long?> UserOfAsync(SnapshotEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Reservation is not { } reservation)
            return null;
        if (!entry.IsFinished && entry.Problem is null
            && await _jobs.IsAliveAsync(reservation, cancellationToken).ConfigureAwait(false))
            return reservation.Job;
        var running = await _jobs.ListRunningAsync(cancellationToken).ConfigureAwait(false);
        return running.FirstOrDefault(job => job.Layer == reservation.LayerId)?.Job;
    }

    private void RequireOwn(SnapshotEntry entry)
    {
        if (entry.Problem is { } problem)
            throw Errors.UnreadableNeedsForce(entry.Label, problem);
        var cluster = entry.Manifest?.ClusterId ?? entry.Reservation!.ClusterId;
        if (!IsOwn(cluster))
            throw Errors.SnapshotOfAnotherCluster(entry.Label, cluster);
    }

    private bool IsOwn(string clusterId) => host.Engines.Values.Any(engine => engine.Info.ClusterId == clusterId);
}
