namespace Backup.Sql.Syntax;

/// <summary>
/// One table, or all tables of a schema or database: <c>till</c>, <c>shop.till</c>, <c>shop.*</c>, <c>*</c>.
/// </summary>
/// <param name="Parts">
/// The parts before a star, or all parts of the table's name: one to three for a table, none to two for a wildcard.
/// </param>
/// <param name="IsWildcard">True when a star follows the parts.</param>
/// <param name="Alias">The name to restore the table under; only in RESTORE.</param>
public sealed record TablePattern(ValueList<Name> Parts, bool IsWildcard, Name? Alias) : SyntaxNode;
