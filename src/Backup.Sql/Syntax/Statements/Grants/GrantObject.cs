namespace Backup.Sql.Syntax;

/// <summary>What privileges are granted on.</summary>
public abstract record GrantObject : SyntaxNode
{
    private protected GrantObject()
    {
    }
}
