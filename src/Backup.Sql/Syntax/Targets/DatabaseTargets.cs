namespace Backup.Sql.Syntax;

/// <summary>Whole databases.</summary>
/// <param name="Databases">At least one name.</param>
public sealed record DatabaseTargets(ValueList<Name> Databases) : BackupTargets;
