namespace Backup.Sql.Syntax;

/// <summary>A query over jobs and schedules: it picks the ids that a statement acts on.</summary>
public abstract record Query : SyntaxNode
{
    private protected Query()
    {
    }
}
