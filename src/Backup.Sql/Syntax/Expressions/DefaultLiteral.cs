namespace Backup.Sql.Syntax;

/// <summary><c>DEFAULT</c>.</summary>
public sealed record DefaultLiteral : Expression;
