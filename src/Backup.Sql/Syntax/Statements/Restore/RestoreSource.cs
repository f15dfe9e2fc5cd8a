namespace Backup.Sql.Syntax;

/// <summary>Where the backup that RESTORE reads lies.</summary>
public abstract record RestoreSource : SyntaxNode
{
    private protected RestoreSource()
    {
    }
}
