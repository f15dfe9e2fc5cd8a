namespace Backup.Sql.Syntax;

/// <summary><c>ON DATABASE …</c>.</summary>
/// <param name="Databases">At least one name.</param>
public sealed record GrantOnDatabases(ValueList<Name> Databases) : GrantObject;
