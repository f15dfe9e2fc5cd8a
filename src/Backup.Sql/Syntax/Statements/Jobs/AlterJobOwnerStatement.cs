namespace Backup.Sql.Syntax;

/// <summary><c>ALTER JOB … OWNER TO …</c>.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="Owner">The new owner.</param>
public sealed record AlterJobOwnerStatement(Expression Job, Name Owner) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "ALTER JOB";
}
