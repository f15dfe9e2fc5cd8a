namespace Backup.Sql.Syntax;

/// <summary>A whole statement: the closed base of everything that a script consists of.</summary>
public abstract record Statement : SyntaxNode
{
    private protected Statement()
    {
    }

    /// <summary>The words that name the statement, upper case: <c>CREATE SCHEDULE</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The dialect whose rules the statement is read and printed by.</summary>
    public virtual StatementDialect Dialect => StatementDialect.Cockroach;
}
