namespace Backup.Sql.Syntax;

/// <summary>A query in parentheses.</summary>
/// <param name="Inner">The query inside.</param>
public sealed record ParenthesizedQuery(Query Inner) : Query;
