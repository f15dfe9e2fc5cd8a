namespace Backup.Sql.Syntax;

/// <summary><c>ALTER BACKUP SCHEDULE</c>.</summary>
/// <param name="ScheduleId">The schedule's id: either one of a linked pair.</param>
/// <param name="Changes">What is done, at least one, in source order.</param>
public sealed record AlterScheduleStatement(long ScheduleId, ValueList<ScheduleChange> Changes) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "ALTER BACKUP SCHEDULE";
}
