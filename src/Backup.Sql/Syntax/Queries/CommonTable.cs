namespace Backup.Sql.Syntax;

/// <summary><c>name AS (…)</c> after WITH.</summary>
/// <param name="Name">The name that FROM may use.</param>
/// <param name="Query">Where its rows come from.</param>
public sealed record CommonTable(Name Name, Query Query) : SyntaxNode;
