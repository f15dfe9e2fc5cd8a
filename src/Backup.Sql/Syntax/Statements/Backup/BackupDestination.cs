namespace Backup.Sql.Syntax;

/// <summary>Where within a collection a backup goes.</summary>
public abstract record BackupDestination : SyntaxNode
{
    private protected BackupDestination()
    {
    }
}
