using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Registry;

/// <summary>
/// Every backup that was begun or imported, from the moment that its job exists. What its job came to is taken over
/// when the job says so, or else by whoever looks next: the job's record is the truth.
/// </summary>
internal sealed class BackupRegistry(IStateStore store, JobRecords jobs, TimeProvider time)
{
    /// <summary>A name is taken right before its job is recorded; a process may die in between.</summary>
    private static readonly TimeSpan Reservation = TimeSpan.FromMinutes(10);

    private readonly StateTable<RegisteredBackup> _backups =
        new(store, "backup", RegistryJsonContext.Default.RegisteredBackup);

    /// <summary>Registers a BACKUP together with its job.</summary>
    /// <param name="bound">The statement; one that is no BACKUP is not registered.</param>
    /// <param name="record">Records the job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job.</returns>
    /// <exception cref="BackupSqlException">42710 the name is taken.</exception>
    public async Task<JobRecord> RegisterAsync(
        BoundStatement bound, Func<Task<JobRecord>> record, CancellationToken cancellationToken)
    {
        if (bound is not BoundBackup { Snapshot: null } backup) // snapshots are listed by their repository
            return await record().ConfigureAwait(false);
        var entry = await AddAsync(EntryOf(backup), cancellationToken).ConfigureAwait(false);
        try
        {
            var job = await record().ConfigureAwait(false);
            await UpdateAsync(entry.FullName, seen => seen with { JobId = job.Id }, CancellationToken.None)
                .ConfigureAwait(false);
            return job;
        }
        catch
        {
            await RemoveAsync(entry.FullName).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Registers the BACKUP of a job that nobody has registered: of a schedule or a policy. It cannot be refused any
    /// more, so that a name that is taken gets a number.
    /// </summary>
    public async Task EnsureAsync(JobRecord job, BoundStatement bound, CancellationToken cancellationToken)
    {
        if (bound is not BoundBackup { Snapshot: null } backup) // snapshots are listed by their repository
            return;
        var all = await _backups.ListAsync(cancellationToken).ConfigureAwait(false);
        if (!all.Any(entry => entry.Value.JobId == job.Id))
        {
            var entry = EntryOf(backup) with { JobId = job.Id, Created = job.Created };
            await AddAsync(entry, cancellationToken, numbered: true).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a backup; without a name it gets one from the time that it was created.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="numbered">A number is added to a name that is taken, as to one from the time.</param>
    /// <exception cref="BackupSqlException">42710 the name is taken.</exception>
    public async Task<RegisteredBackup> AddAsync(
        RegisteredBackup backup, CancellationToken cancellationToken, bool numbered = false)
    {
        var name = backup.Name.Length > 0 ? backup.Name
            : backup.Created.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        for (var number = 1; ; number++)
        {
            var entry = backup with
            {
                Name = number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"),
            };
            if (await _backups.TryAddAsync(entry.FullName, entry, cancellationToken).ConfigureAwait(false))
                return entry;
            if (backup.Name.Length > 0 && !numbered)
                throw Errors.BackupNameTaken(backup.FullName);
        }
    }

    /// <summary>All backups, each with its version.</summary>
    public async Task<IReadOnlyList<Stored<RegisteredBackup>>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await _backups.ListAsync(cancellationToken).ConfigureAwait(false);
        var settled = false;
        foreach (var pending in all.Where(backup => backup.Value is { State: BackupState.Pending, Plugin: null }))
            settled |= await SettleAsync(pending, cancellationToken).ConfigureAwait(false);
        return settled ? await _backups.ListAsync(cancellationToken).ConfigureAwait(false) : all;
    }

    /// <summary>Finds a backup by its name, or by its full name.</summary>
    /// <exception cref="BackupSqlException">42702 the name is one of several backups.</exception>
    public async Task<Stored<RegisteredBackup>?> FindAsync(
        string name, CancellationToken cancellationToken, Func<RegisteredBackup, bool>? among = null)
    {
        var all = await ListAsync(cancellationToken).ConfigureAwait(false);
        var found = all.Where(backup => (backup.Key == name || backup.Value.Name == name)
            && (among is null || among(backup.Value))).ToList();
        return found.Find(backup => backup.Key == name) ?? (found.Count > 1
            ? throw Errors.AmbiguousBackup(name, found.Select(backup => backup.Key))
            : found.FirstOrDefault());
    }

    /// <summary>Changes a backup's entry.</summary>
    /// <returns>The entry as it is now; null if there is none.</returns>
    public ValueTask<RegisteredBackup?> UpdateAsync(
        string fullName, Func<RegisteredBackup, RegisteredBackup> change, CancellationToken cancellationToken) =>
        _backups.UpdateAsync(fullName, change, cancellationToken);

    /// <summary>Takes over that a job has committed its layer.</summary>
    public async Task SucceedAsync(long jobId, CommittedBackup layer)
    {
        var all = await _backups.ListAsync(CancellationToken.None).ConfigureAwait(false);
        if (all.FirstOrDefault(backup => backup.Value.JobId == jobId) is { } entry)
            await UpdateAsync(entry.Key, seen => Succeeded(seen, layer), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Notes that the fingerprints of layers were proved.</summary>
    public async Task VerifyAsync(
        IReadOnlyCollection<string> layerIds, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var all = await _backups.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var backup in all.Where(backup => backup.Value.LayerId is { } id && layerIds.Contains(id)))
            await UpdateAsync(backup.Key, seen => seen with { Verified = at }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the entries of backups that are gone.</summary>
    public async Task ForgetAsync(Func<RegisteredBackup, bool> which, CancellationToken cancellationToken)
    {
        var all = await _backups.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var backup in all.Where(backup => which(backup.Value)))
            await RemoveAsync(backup.Key).ConfigureAwait(false);
    }

    public async Task RemoveAsync(string fullName)
    {
        while (await _backups.FindAsync(fullName, CancellationToken.None).ConfigureAwait(false) is { } entry
            && !await _backups.TryRemoveAsync(entry, CancellationToken.None).ConfigureAwait(false))
        {
            // Somebody changed it meanwhile; it goes all the same.
        }
    }

    private RegisteredBackup EntryOf(BoundBackup backup) => new()
    {
        Name = backup.Name ?? "",
        Databases = backup.Scope.IsCluster ? [] : backup.Scope.AllDatabases(),
        Labels = backup.Labels,
        Policy = backup.Policy,
        Created = time.GetUtcNow(),
        Collection = backup.Collection,
        IncrementalLocation = backup.IncrementalLocation,
    };

    private async Task<bool> SettleAsync(Stored<RegisteredBackup> pending, CancellationToken cancellationToken)
    {
        var settled = await SettleAsync(pending.Value, cancellationToken).ConfigureAwait(false);
        return settled != pending.Value
            && await _backups.TryReplaceAsync(pending, settled, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RegisteredBackup> SettleAsync(RegisteredBackup backup, CancellationToken cancellationToken)
    {
        if (backup.JobId is not { } id)
        {
            return time.GetUtcNow() - backup.Created < Reservation
                ? backup
                : Failed(backup, "its job was never recorded");
        }

        try
        {
            var job = await jobs.GetAsync(id, cancellationToken).ConfigureAwait(false);
            return job.State switch
            {
                JobState.Succeeded when job.Outcome?.Backup is { } layer => Succeeded(backup, layer),
                _ when !job.State.IsFinal() => backup,
                JobState.Canceled => Failed(backup, "its job was cancelled"),
                _ => Failed(backup, job.Error ?? "its job failed") with { Finished = job.Finished },
            };
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedObject)
        {
            return Failed(backup, "its job is not on record any more");
        }
    }

    private RegisteredBackup Succeeded(RegisteredBackup backup, CommittedBackup layer) => backup.At(layer) with
    {
        State = BackupState.Succeeded,
        ReadyToUse = true,
        Finished = time.GetUtcNow(),
    };

    private RegisteredBackup Failed(RegisteredBackup backup, string why) =>
        backup with { State = BackupState.Failed, Finished = time.GetUtcNow(), Error = why };
}
