namespace Backup.Sql.Syntax;

/// <summary>Which chains DROP BACKUPS drops.</summary>
public abstract record ExpiryRule : SyntaxNode
{
    private protected ExpiryRule()
    {
    }
}
