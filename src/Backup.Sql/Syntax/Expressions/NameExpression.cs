namespace Backup.Sql.Syntax;

/// <summary>A column, or a bare or double-quoted word that the binder reads as its text.</summary>
/// <param name="Name">The name.</param>
public sealed record NameExpression(ObjectName Name) : Expression;
