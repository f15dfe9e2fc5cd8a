namespace Backup.Sql.Syntax;

/// <summary><c>PAUSE</c>, <c>RESUME</c> and <c>CANCEL</c> of jobs.</summary>
/// <param name="Control">What is done.</param>
/// <param name="Selection">To which jobs: any but <see cref="AutomaticJobs"/>.</param>
public sealed record ControlJobsStatement(JobControl Control, JobSelection Selection) : Statement
{
    /// <summary>The reason of a PAUSE by query; null for none.</summary>
    public StringOrPlaceholder? Reason { get; init; }

    /// <inheritdoc/>
    public override string Kind => Control switch
    {
        JobControl.Pause => "PAUSE JOBS",
        JobControl.Resume => "RESUME JOBS",
        _ => "CANCEL JOBS",
    };
}
