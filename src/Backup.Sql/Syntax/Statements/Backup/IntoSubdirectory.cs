namespace Backup.Sql.Syntax;

/// <summary><c>INTO 'sub' IN c</c>: an incremental backup on top of a named full one.</summary>
/// <param name="Subdirectory">The full backup's sub-directory.</param>
public sealed record IntoSubdirectory(StringOrPlaceholder Subdirectory) : BackupDestination;
