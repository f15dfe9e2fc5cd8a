namespace Backup.Sql.Syntax;

/// <summary>A query in parentheses as a value.</summary>
/// <param name="Query">The query.</param>
public sealed record SubqueryExpression(Query Query) : Expression;
