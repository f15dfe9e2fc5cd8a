namespace Backup.Sql.Syntax;

/// <summary>External catalogs.</summary>
/// <param name="Catalogs">The catalogs; none for ALL. Aliases only in RESTORE.</param>
public sealed record ExternalCatalogs(ValueList<AliasedName> Catalogs) : SyntaxNode;
