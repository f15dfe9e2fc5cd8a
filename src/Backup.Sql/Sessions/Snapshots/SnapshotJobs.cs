using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>
/// What snapshot jobs have beyond other jobs: a repository behind them, a label, and a database that has one at a time.
/// </summary>
internal sealed class SnapshotJobs(BackupHost host)
{
    private readonly StateTable<DatabaseJob> _jobs =
        new(host.Options.StateStore, "snapshot-job", SnapshotJsonContext.Default.DatabaseJob);

    /// <summary>The repositories.</summary>
    public Repositories Repositories { get; } = new(host.Options.StateStore, host.Options.TimeProvider);

    /// <summary>
    /// Completes a snapshot statement: its repository becomes a collection, and a restore finds its snapshot. Other
    /// statements stay as they are. Changes nothing.
    /// </summary>
    public async Task<BoundStatement> CompleteAsync(BoundStatement bound, CancellationToken cancellationToken) =>
        bound switch
        {
            BoundBackup { Snapshot: { } snapshot } backup =>
                await CompleteAsync(backup, snapshot, cancellationToken).ConfigureAwait(false),
            BoundRestore { Snapshot: { } snapshot } restore =>
                await CompleteAsync(restore, snapshot, cancellationToken).ConfigureAwait(false),
            _ => bound,
        };

    /// <summary>
    /// Refuses a statement whose database has a job that is not over, and frees a label that a dead job held.
    /// </summary>
    /// <exception cref="BackupSqlException">55006 the database has a job.</exception>
    public async Task PrepareAsync(BoundStatement bound, CancellationToken cancellationToken)
    {
        await RequireFreeAsync(EntryOf(0, bound).Database, cancellationToken).ConfigureAwait(false);
        if (bound is BoundBackup { Snapshot: { } snapshot } backup)
            await FreeDeadLabelAsync(backup.Collection, snapshot.Label, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the database for a job, together with the job's record.</summary>
    /// <exception cref="BackupSqlException">55006 the database has a job.</exception>
    public async ValueTask<IReadOnlyList<StateChange>> ClaimAsync(
        long job, BoundStatement bound, CancellationToken cancellationToken)
    {
        var entry = EntryOf(job, bound);
        await RequireFreeAsync(entry.Database, cancellationToken).ConfigureAwait(false);
        var seen = await _jobs.FindAsync(entry.Database, cancellationToken).ConfigureAwait(false);
        return [seen is null ? _jobs.Add(entry.Database, entry) : _jobs.Replace(seen, entry)];
    }

    /// <summary>The last job of a database; null if there was none.</summary>
    public async Task<DatabaseJob?> FindAsync(string database, CancellationToken cancellationToken) =>
        (await _jobs.FindAsync(database, cancellationToken).ConfigureAwait(false))?.Value;

    /// <summary>The jobs that are not over.</summary>
    public async Task<IReadOnlyList<DatabaseJob>> ListRunningAsync(CancellationToken cancellationToken)
    {
        var running = new List<DatabaseJob>();
        foreach (var entry in await _jobs.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await IsRunningAsync(entry.Value.Job, cancellationToken).ConfigureAwait(false))
                running.Add(entry.Value);
        }

        return running;
    }

    /// <summary>
    /// Tells whether the job that reserved a label may still be at work. Of a job that nobody here knows it is assumed
    /// until its time is up.
    /// </summary>
    public async Task<bool> IsAliveAsync(SnapshotReservation reservation, CancellationToken cancellationToken) =>
        await host.Jobs.FindAsync(reservation.Job, cancellationToken).ConfigureAwait(false) is { } job
            ? !job.State.IsFinal()
            : host.Options.TimeProvider.GetUtcNow() < reservation.Deadline;

    private async Task<BoundStatement> CompleteAsync(
        BoundBackup backup, SnapshotBackup snapshot, CancellationToken cancellationToken)
    {
        var repository = await Repositories.GetAsync(snapshot.Repository, cancellationToken).ConfigureAwait(false);
        if (repository.IsReadOnly)
            throw Errors.RepositoryReadOnly(repository.Name);
        var opened = await host.Collections.OpenAsync(repository.Location, null, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var taken = await opened.Collection.Snapshots.FindAsync(snapshot.Label, whole: false, cancellationToken)
            .ConfigureAwait(false);
        if (taken is not null && !await IsDeadAsync(taken, cancellationToken).ConfigureAwait(false))
            throw Errors.SnapshotExists(snapshot.Label);
        return backup with
        {
            Collection = repository.Location,
            Snapshot = snapshot with { Ttl = snapshot.Ttl ?? repository.Ttl },
        };
    }

    private async Task<BoundStatement> CompleteAsync(
        BoundRestore restore, SnapshotRestore snapshot, CancellationToken cancellationToken)
    {
        var repository = await Repositories.GetAsync(snapshot.Repository, cancellationToken).ConfigureAwait(false);
        var opened = await host.Collections.OpenAsync(repository.Location, null, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var found = await GetAsync(opened.Collection, repository.Name, snapshot.Label, cancellationToken)
            .ConfigureAwait(false);
        if (!found.Is(snapshot.Timestamp))
            throw Errors.SnapshotOfAnotherTime(snapshot.Label, snapshot.Timestamp, found.Timestamp!);
        var destination = snapshot.Destination ?? found.Reservation!.Database;
        return restore with
        {
            Collection = repository.Location,
            Subdirectory = found.Reservation!.Directory,
            Engine = await EngineOfAsync(destination, found.Reservation.ClusterId, cancellationToken)
                .ConfigureAwait(false) ?? restore.Engine,
            Snapshot = snapshot with { Destination = destination, Layer = found.Reservation.LayerId },
        };
    }

    private static async Task<SnapshotEntry> GetAsync(
        Collection collection, string repository, string label, CancellationToken cancellationToken)
    {
        var found = await collection.Snapshots.FindAsync(label, whole: true, cancellationToken).ConfigureAwait(false);
        if (found is { Problem: { } problem })
            throw Errors.SnapshotUnreadable(label, problem);
        if (found is { IsFinished: true })
            return found;
        var all = await collection.Snapshots.ListAsync(whole: false, cancellationToken).ConfigureAwait(false);
        throw Errors.SnapshotNotFound(
            label, repository, all.Where(entry => entry.IsFinished).Select(entry => entry.Label));
    }

    /// <summary>The engine that holds the database; for a new one, the engine that the snapshot was taken of.</summary>
    private async Task<string?> EngineOfAsync(
        string database, string clusterId, CancellationToken cancellationToken)
    {
        foreach (var (name, engine) in host.Engines.OrderBy(pair => pair.Key == host.DefaultEngine ? 0 : 1))
        {
            if (await HoldsAsync(engine, database, cancellationToken).ConfigureAwait(false))
                return name;
        }

        return host.Engines.Where(pair => pair.Value.Info.ClusterId == clusterId).Select(pair => pair.Key)
            .FirstOrDefault();
    }

    private static async Task<bool> HoldsAsync(
        IDatabaseEngine engine, string database, CancellationToken cancellationToken)
    {
        var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        return databases.Any(d => engine.Info.NameComparer.Equals(d.Name, database));
    }

    private async Task RequireFreeAsync(string database, CancellationToken cancellationToken)
    {
        if (await FindAsync(database, cancellationToken).ConfigureAwait(false) is { } last
            && await IsRunningAsync(last.Job, cancellationToken).ConfigureAwait(false))
            throw Errors.DatabaseHasJob(database, last.Job);
    }

    private async Task FreeDeadLabelAsync(string location, string label, CancellationToken cancellationToken)
    {
        var opened = await host.Collections.OpenAsync(location, null, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var snapshots = opened.Collection.Snapshots;
        if (await snapshots.FindAsync(label, whole: false, cancellationToken).ConfigureAwait(false) is { } left
            && await IsDeadAsync(left, cancellationToken).ConfigureAwait(false))
            await snapshots.DropAsync(left, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>True for a label whose job ended without a snapshot.</summary>
    private async Task<bool> IsDeadAsync(SnapshotEntry entry, CancellationToken cancellationToken) =>
        entry is { IsFinished: false, Problem: null, Reservation: { } reservation }
        && !await IsAliveAsync(reservation, cancellationToken).ConfigureAwait(false);

    private async Task<bool> IsRunningAsync(long id, CancellationToken cancellationToken) =>
        await host.Jobs.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } job && !job.State.IsFinal();

    private static DatabaseJob EntryOf(long job, BoundStatement bound) => bound switch
    {
        BoundBackup { Snapshot: { } backup } => new DatabaseJob
        {
            Job = job, Database = backup.Database, IsRestore = false, Repository = backup.Repository,
            Label = backup.Label,
        },
        BoundRestore { Snapshot: { Destination: { } destination } restore } => new DatabaseJob
        {
            Job = job, Database = destination, IsRestore = true, Repository = restore.Repository,
            Label = restore.Label, Layer = restore.Layer,
        },
        _ => throw new InvalidOperationException(bound.GetType().Name),
    };
}
