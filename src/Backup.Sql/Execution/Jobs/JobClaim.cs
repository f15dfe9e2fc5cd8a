using Backup.Sql.State;

namespace Backup.Sql.Execution.Jobs;

/// <summary>What a job takes for itself together with its record.</summary>
/// <param name="job">The job's number.</param>
/// <param name="cancellationToken">Ends the call.</param>
/// <returns>The change of the state store.</returns>
internal delegate Task<StateChange> JobClaim(long job, CancellationToken cancellationToken);
