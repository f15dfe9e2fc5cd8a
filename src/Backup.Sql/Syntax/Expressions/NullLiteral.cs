namespace Backup.Sql.Syntax;

/// <summary><c>NULL</c>.</summary>
public sealed record NullLiteral : Expression;
