namespace Backup.Sql.Syntax;

/// <summary>One variable of CONFIGURE ZONE.</summary>
/// <param name="Variable">Its name, one or two parts: <c>gc.ttlseconds</c>.</param>
/// <param name="Value">Its value.</param>
public sealed record ZoneVariable(ObjectName Variable, Expression Value) : SyntaxNode;
