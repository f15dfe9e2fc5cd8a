namespace Backup.Sql.Syntax;

/// <summary>A name that may be replaced by another one.</summary>
/// <param name="Name">The name as it is known.</param>
/// <param name="Alias">The new name; null to keep the known one.</param>
public sealed record AliasedName(Name Name, Name? Alias) : SyntaxNode;
