namespace Backup.Sql.Syntax;

/// <summary>One change of ALTER BACKUP POLICY.</summary>
public abstract record PolicyChange : SyntaxNode
{
    private protected PolicyChange()
    {
    }
}
