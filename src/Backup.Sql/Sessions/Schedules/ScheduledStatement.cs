using Backup.Sql.Binding;
using Backup.Sql.Parsing;
using Backup.Sql.Schedules;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>The BACKUP statement of a schedule: as it is stored, shown and run.</summary>
internal static class ScheduledStatement
{
    /// <summary>The text to store.</summary>
    /// <param name="backup">The statement, secrets replaced by references to the vault.</param>
    /// <param name="role">Whether it begins a chain or goes on top of one.</param>
    public static string Write(BackupStatement backup, BackupRole role)
    {
        Syntax.BackupDestination destination = role == BackupRole.Full ? new IntoCollection() : new IntoLatest();
        return SqlFormatter.Format(backup with { Destination = destination }, FormatMode.Exposed);
    }

    /// <summary>The statement, secrets replaced by references to the vault.</summary>
    public static BackupStatement Read(ScheduleRecord schedule) =>
        (BackupStatement)BackupSqlParser.ParseStatement(schedule.Backup);

    /// <summary>The statement for people.</summary>
    public static string Show(ScheduleRecord schedule) => SqlFormatter.Format(Read(schedule), FormatMode.Described);

    /// <summary>Binds the statement as its owner, in whose name it runs.</summary>
    /// <param name="host">Where.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="at">The time to back up, where the engine can go back to it; null for now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<BoundBackup> BindAsync(
        BackupHost host, ScheduleRecord schedule, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        await host.Settings.RefreshAsync(cancellationToken).ConfigureAwait(false);
        var session = host.OpenSession(
            new SessionOptions { User = schedule.Owner, CurrentDatabase = schedule.CurrentDatabase });
        var statement = BackupSealing.Open(Read(schedule), host.Options.SecretVault);
        return (BoundBackup)await new StatementBinder(session.Context([]) with { ScheduledFor = at })
            .BindAsync(statement, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The statement that would make a schedule and its partner.</summary>
    public static string ShowCreate(ScheduleRecord full, ScheduleRecord? incremental)
    {
        var backup = Read(full);
        var settings = new List<ScheduleOption>
        {
            Option("on_execution_failure", full.OnExecutionFailure.ToString()),
            Option("on_previous_running", full.OnPreviousRunning.ToString()),
        };
        if (full.IgnoresExistingBackups)
            settings.Add(Option("ignore_existing_backups", null));
        if (full.UpdatesMetric)
            settings.Add(Option("updates_cluster_last_backup_time_metric", null));
        var create = new CreateScheduleStatement(
            InDatabase(backup.Targets, full.CurrentDatabase), backup.Uris,
            new StringLiteral((incremental ?? full).Recurrence))
        {
            Label = new StringLiteral(full.Label),
            Options = backup.Options with { Detached = null },
            FullBackup = new FullBackupCadence(incremental is null ? null : new StringLiteral(full.Recurrence)),
            ScheduleOptions = new ValueList<ScheduleOption>(settings),
        };
        return SqlFormatter.Format(create, FormatMode.Described);
    }

    /// <summary>Names in full what a session with another current database would look for elsewhere.</summary>
    private static BackupTargets? InDatabase(BackupTargets? targets, string? database) =>
        targets is not TableTargets tables || database is null ? targets : tables with
        {
            Tables =
            [
                .. tables.Tables.Select(table => table.Parts.Count == (table.IsWildcard ? 0 : 1)
                    ? table with { Parts = [new Name(database), .. table.Parts] }
                    : table),
            ],
        };

    private static ScheduleOption Option(string key, string? value) =>
        new(new Name(key), value is null ? null : new StringLiteral(value.ToLowerInvariant()));
}
