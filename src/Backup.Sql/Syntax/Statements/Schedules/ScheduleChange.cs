namespace Backup.Sql.Syntax;

/// <summary>One change of ALTER BACKUP SCHEDULE.</summary>
public abstract record ScheduleChange : SyntaxNode
{
    private protected ScheduleChange()
    {
    }
}
