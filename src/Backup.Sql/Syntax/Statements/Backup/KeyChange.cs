namespace Backup.Sql.Syntax;

/// <summary>One change of ALTER BACKUP to the keys of a backup.</summary>
public abstract record KeyChange : SyntaxNode
{
    private protected KeyChange()
    {
    }
}
