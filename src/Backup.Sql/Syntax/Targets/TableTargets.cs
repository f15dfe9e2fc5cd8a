namespace Backup.Sql.Syntax;

/// <summary>Tables, views and sequences by name or pattern.</summary>
/// <param name="Tables">At least one.</param>
public sealed record TableTargets(ValueList<TablePattern> Tables) : BackupTargets;
