namespace Backup.Sql.Syntax;

/// <summary><c>SHOW JOBS</c> and <c>SHOW JOB</c>; <c>SHOW JOB 7</c> reads as <c>SHOW JOBS VALUES (7)</c>.</summary>
/// <param name="Selection">Which jobs; null for all that are not automatic.</param>
public sealed record ShowJobsStatement(JobSelection? Selection) : Statement
{
    /// <summary><c>WHEN COMPLETE</c>: wait until each has reached a final state.</summary>
    public bool WhenComplete { get; init; }

    /// <summary><c>EXECUTION DETAILS</c>.</summary>
    public bool ExecutionDetails { get; init; }

    /// <summary><c>RESOLVED TIMESTAMP</c>.</summary>
    public bool ResolvedTimestamp { get; init; }

    /// <inheritdoc/>
    public override string Kind => "SHOW JOBS";
}
