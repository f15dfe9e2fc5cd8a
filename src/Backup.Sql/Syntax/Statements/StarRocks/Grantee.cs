namespace Backup.Sql.Syntax;

/// <summary>A user or a role.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsRole">True for a role.</param>
public sealed record Grantee(Name Name, bool IsRole) : SyntaxNode;
