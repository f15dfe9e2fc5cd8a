namespace Backup.Sql.Syntax;

/// <summary>One item of a SELECT list.</summary>
/// <param name="Expression">The expression; null for the star.</param>
/// <param name="Alias">The column's name; null for none.</param>
public sealed record SelectItem(Expression? Expression, Name? Alias) : SyntaxNode;
