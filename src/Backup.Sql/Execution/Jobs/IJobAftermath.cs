namespace Backup.Sql.Execution.Jobs;

/// <summary>What is to be done about the work of turns that are over.</summary>
internal interface IJobAftermath
{
    /// <summary>Finds out whether an earlier turn has done the work and did not live to say so.</summary>
    /// <returns>What it came to; null when there is work to do.</returns>
    Task<JobOutcome?> FinishAsync(JobRecord job, CancellationToken cancellationToken);

    /// <summary>Removes what the turns of a job have left behind that is not to go on.</summary>
    Task RevertAsync(JobRecord job, CancellationToken cancellationToken);

    /// <summary>Lets go of what was kept in case that the job's record would never tell how it ended.</summary>
    Task SettleAsync(JobRecord job, CancellationToken cancellationToken);
}
