namespace Backup.Sql.Syntax;

/// <summary><c>SET FULL BACKUP</c>.</summary>
/// <param name="Cadence">The cadence of full backups.</param>
public sealed record SetScheduleFullBackup(FullBackupCadence Cadence) : ScheduleChange;
