namespace Backup.Sql.Syntax;

/// <summary>A number without sign.</summary>
/// <param name="Text">The digits as written: <c>12</c>, <c>.5</c>, <c>1e9</c>.</param>
public sealed record NumberLiteral(string Text) : Expression;
