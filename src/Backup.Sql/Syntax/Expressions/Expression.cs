namespace Backup.Sql.Syntax;

/// <summary>A value or a formula. What a place allows is judged by the binder.</summary>
public abstract record Expression : SyntaxNode
{
    private protected Expression()
    {
    }
}
