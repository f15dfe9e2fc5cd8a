namespace Backup.Sql.Syntax;

/// <summary>What a statement covers; no targets at all means the whole cluster.</summary>
public abstract record BackupTargets : SyntaxNode
{
    private protected BackupTargets()
    {
    }
}
