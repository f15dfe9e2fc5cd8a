namespace Backup.Sql.Sessions;

/// <summary>What <see cref="BackupHost.AdoptJobsAsync"/> did.</summary>
/// <param name="Jobs">The jobs that were taken over.</param>
/// <param name="NextCheck">
/// When to call again: a lease of another host may run out then, or a job of a host to come be left behind.
/// </param>
public sealed record JobAdoption(IReadOnlyList<AdoptedJob> Jobs, DateTimeOffset NextCheck);
