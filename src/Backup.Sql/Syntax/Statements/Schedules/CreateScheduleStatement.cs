namespace Backup.Sql.Syntax;

/// <summary><c>CREATE SCHEDULE … FOR BACKUP</c>.</summary>
/// <param name="Targets">What is backed up; null for the whole cluster.</param>
/// <param name="Uris">The collection's locations, at least one.</param>
/// <param name="Recurrence">A cron text.</param>
public sealed record CreateScheduleStatement(
    BackupTargets? Targets, ValueList<StringOrPlaceholder> Uris, StringOrPlaceholder Recurrence) : Statement
{
    /// <summary>True for IF NOT EXISTS; there is a label then.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>The label; null for the default one.</summary>
    public StringOrPlaceholder? Label { get; init; }

    /// <summary>The options of the backups.</summary>
    public BackupOptions Options { get; init; } = BackupOptions.None;

    /// <summary><c>FULL BACKUP …</c>; null to derive the cadence of full backups from the recurrence.</summary>
    public FullBackupCadence? FullBackup { get; init; }

    /// <summary>The options of the schedule, in source order.</summary>
    public ValueList<ScheduleOption> ScheduleOptions { get; init; }

    /// <inheritdoc/>
    public override string Kind => "CREATE SCHEDULE";
}
