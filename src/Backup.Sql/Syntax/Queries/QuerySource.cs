namespace Backup.Sql.Syntax;

/// <summary>What FROM reads: a named query or the rows of a statement.</summary>
/// <param name="Table">The name bound by WITH; null when <paramref name="Rows"/> is there.</param>
/// <param name="Rows">The query in brackets; null when a name is given.</param>
/// <param name="Alias">Another name for it; null for none.</param>
public sealed record QuerySource(ObjectName? Table, Query? Rows, Name? Alias) : SyntaxNode;
