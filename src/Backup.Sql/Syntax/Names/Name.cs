namespace Backup.Sql.Syntax;

/// <summary>One part of a name, as it reads after folding and unquoting.</summary>
/// <param name="Text">
/// The text without quotes; bare CockroachDB names are lower case, StarRocks names keep their case.
/// </param>
public sealed record Name(string Text) : SyntaxNode;
