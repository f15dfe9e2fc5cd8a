namespace Backup.Sql.Syntax;

/// <summary><c>EXPLAIN</c> before another statement: the plan is shown and nothing runs.</summary>
/// <param name="Inner">The statement to explain; never an EXPLAIN itself.</param>
public sealed record ExplainStatement(Statement Inner) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "EXPLAIN";

    /// <inheritdoc/>
    public override StatementDialect Dialect => Inner.Dialect;
}
