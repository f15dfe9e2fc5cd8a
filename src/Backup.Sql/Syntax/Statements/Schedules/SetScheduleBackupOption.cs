namespace Backup.Sql.Syntax;

/// <summary><c>SET WITH</c>: one option of the backups.</summary>
/// <param name="Option">Exactly one option; an empty string takes a text option away.</param>
public sealed record SetScheduleBackupOption(BackupOptions Option) : ScheduleChange;
