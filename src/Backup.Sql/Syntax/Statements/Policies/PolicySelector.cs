namespace Backup.Sql.Syntax;

/// <summary>The databases that a policy covers.</summary>
public abstract record PolicySelector : SyntaxNode
{
    private protected PolicySelector()
    {
    }
}
