namespace Backup.Sql.Syntax;

/// <summary><c>EXPORT ON ALL TABLES IN …</c>.</summary>
/// <param name="Database">The database; null for all databases.</param>
public sealed record ExportAllTablesPrivilege(Name? Database) : SnapshotPrivilege;
