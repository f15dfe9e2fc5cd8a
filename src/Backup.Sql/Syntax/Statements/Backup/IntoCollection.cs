namespace Backup.Sql.Syntax;

/// <summary><c>INTO c</c>: a new full backup.</summary>
public sealed record IntoCollection : BackupDestination;
