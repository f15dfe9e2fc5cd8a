using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>A statement about schedules.</summary>
internal abstract record BoundScheduleStatement : BoundStatement
{
    private protected BoundScheduleStatement()
    {
    }
}

/// <summary>CREATE SCHEDULE.</summary>
internal sealed record BoundCreateSchedule : BoundScheduleStatement
{
    public string? Label { get; init; }

    public bool IfNotExists { get; init; }

    /// <summary>The full backup as its runs will take it, secrets replaced by references to the vault.</summary>
    public required BackupStatement Backup { get; init; }

    /// <summary>The same, bound as of now: what would be refused at a run is refused at once.</summary>
    public required BoundBackup DryRun { get; init; }

    /// <summary>When full backups are taken.</summary>
    public required CronExpression Full { get; init; }

    /// <summary>When incremental backups are taken; null for never.</summary>
    public CronExpression? Incremental { get; init; }

    /// <summary>True when the cadence of full backups was chosen for the user: then the first comes at once.</summary>
    public bool FirstFullNow { get; init; }

    public required ScheduleSettings Settings { get; init; }

    public string? CurrentDatabase { get; init; }

    /// <summary>Where the statement names the collection.</summary>
    public required TextPlace CollectionPlace { get; init; }

    public override string Effect() => Incremental is null
        ? $"records a schedule: a full backup {Full}"
        : $"records two schedules: a full backup {Full}, incremental ones {Incremental}";
}

/// <summary>The options of a schedule; null where not given.</summary>
internal sealed record ScheduleSettings
{
    public DateTimeOffset? FirstRun { get; init; }

    public FailurePolicy? OnExecutionFailure { get; init; }

    public OverlapPolicy? OnPreviousRunning { get; init; }

    public bool IgnoreExistingBackups { get; init; }

    public bool UpdatesMetric { get; init; }
}

/// <summary>ALTER BACKUP SCHEDULE.</summary>
internal sealed record BoundAlterSchedule(long Id) : BoundScheduleStatement
{
    public string? Label { get; init; }

    /// <summary>The new collection, sealed; none to keep the old one.</summary>
    public ValueList<StringOrPlaceholder> Collection { get; init; }

    /// <summary>Backup options to set, sealed, in the order given.</summary>
    public IReadOnlyList<BackupOptions> Options { get; init; } = [];

    public CronExpression? Recurrence { get; init; }

    /// <summary>The new cadence of full backups; null to keep it or for ALWAYS.</summary>
    public CronExpression? Full { get; init; }

    /// <summary>SET FULL BACKUP ALWAYS.</summary>
    public bool FullAlways { get; init; }

    public ScheduleSettings Settings { get; init; } = new();

    /// <summary>EXECUTE IMMEDIATELY; true for FULL, null for neither.</summary>
    public bool? ExecuteFull { get; init; }

    public TextPlace Place { get; init; }

    public override string Effect() => $"changes schedule {Id} and its partner; jobs that run go on as they are";
}

/// <summary>SHOW SCHEDULES and SHOW SCHEDULE.</summary>
internal sealed record BoundShowSchedules : BoundScheduleStatement
{
    /// <summary>The one to show; null for all.</summary>
    public long? Id { get; init; }

    public ScheduleState Only { get; init; }

    public ScheduleType Type { get; init; }

    public override string Effect() => "reads the schedules; changes nothing";
}

/// <summary>SHOW CREATE SCHEDULE and SHOW CREATE ALL SCHEDULES.</summary>
/// <param name="Id">The one to show; null for all.</param>
internal sealed record BoundShowCreateSchedule(long? Id) : BoundScheduleStatement
{
    public override string Effect() => "reads the schedules; changes nothing";
}

/// <summary>PAUSE, RESUME, DROP, EXECUTE SCHEDULE(S).</summary>
internal sealed record BoundControlSchedules(ScheduleControl Control, IReadOnlyList<long> Ids) : BoundScheduleStatement
{
    public override string Effect() => Control switch
    {
        ScheduleControl.Pause => $"pauses {Counted}; jobs that run go on",
        ScheduleControl.Resume => $"resumes {Counted}, from the next time after now",
        ScheduleControl.Drop => $"drops {Counted}, full ones with their incremental ones; jobs that run go on",
        _ => $"makes {Counted} due now",
    };

    private string Counted => Ids.Count == 1 ? "1 schedule" : $"{Ids.Count} schedules";
}
