namespace Backup.Sql.Syntax;

/// <summary><c>EXPORT ON TABLE …</c>.</summary>
/// <param name="Table">The table.</param>
public sealed record ExportTablePrivilege(ObjectName Table) : SnapshotPrivilege;
