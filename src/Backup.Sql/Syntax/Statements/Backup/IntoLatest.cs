namespace Backup.Sql.Syntax;

/// <summary><c>INTO LATEST IN c</c>: an incremental backup on top of the newest chain.</summary>
public sealed record IntoLatest : BackupDestination;
