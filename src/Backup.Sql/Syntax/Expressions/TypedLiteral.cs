namespace Backup.Sql.Syntax;

/// <summary>A string with its type before it: <c>INTERVAL '-10s'</c>.</summary>
/// <param name="Type">The type.</param>
/// <param name="Text">The string, unescaped.</param>
public sealed record TypedLiteral(LiteralType Type, string Text) : Expression;
