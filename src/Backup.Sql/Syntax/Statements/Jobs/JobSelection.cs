namespace Backup.Sql.Syntax;

/// <summary>Which jobs a statement is about.</summary>
public abstract record JobSelection : SyntaxNode
{
    private protected JobSelection()
    {
    }
}
