namespace Backup.Sql.Syntax;

/// <summary><c>SYSTEM USERS</c> of RESTORE: users and memberships of a cluster backup.</summary>
public sealed record SystemUsersTarget : BackupTargets;
