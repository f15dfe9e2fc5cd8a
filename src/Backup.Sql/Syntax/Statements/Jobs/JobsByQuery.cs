namespace Backup.Sql.Syntax;

/// <summary>The jobs whose ids a query gives.</summary>
/// <param name="Query">A query of one integer column.</param>
public sealed record JobsByQuery(Query Query) : JobSelection;
