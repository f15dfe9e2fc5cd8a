namespace Backup.Sql.Syntax;

/// <summary><c>REPOSITORY ON SYSTEM</c>.</summary>
public sealed record RepositoryPrivilege : SnapshotPrivilege;
