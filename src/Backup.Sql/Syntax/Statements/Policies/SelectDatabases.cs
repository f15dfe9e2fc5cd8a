namespace Backup.Sql.Syntax;

/// <summary><c>DATABASE …</c>.</summary>
/// <param name="Databases">At least one name.</param>
public sealed record SelectDatabases(ValueList<Name> Databases) : PolicySelector;
