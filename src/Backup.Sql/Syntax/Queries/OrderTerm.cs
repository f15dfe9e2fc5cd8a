namespace Backup.Sql.Syntax;

/// <summary>One term of ORDER BY.</summary>
/// <param name="Expression">What is sorted by.</param>
/// <param name="Direction">The direction as written.</param>
public sealed record OrderTerm(Expression Expression, SortDirection Direction) : SyntaxNode;
