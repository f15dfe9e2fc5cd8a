namespace Backup.Sql.Schedules;

/// <summary>What is kept of a schedule. Holds no secret. Times are UTC.</summary>
internal sealed record ScheduleRecord
{
    /// <summary>How soon a failed run is tried again.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    /// <summary>What the state of a new incremental schedule says.</summary>
    public const string AwaitingFull = "Waiting for initial backup to complete";

    public required long Id { get; init; }

    public required string Label { get; init; }

    /// <summary>The user in whose name it runs.</summary>
    public required string Owner { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required BackupRole Role { get; init; }

    /// <summary>The schedule of the same chains' other backups; null where every backup is full.</summary>
    public long? Partner { get; init; }

    /// <summary>A cron expression.</summary>
    public required string Recurrence { get; init; }

    /// <summary>When it runs next; null while it is paused.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>True for an incremental schedule that the next full backup sets going.</summary>
    public bool AwaitsFull { get; init; }

    /// <summary>What there is to say of it, for people; null for nothing.</summary>
    public string? State { get; init; }

    /// <summary>The BACKUP statement in canonical form, its secrets replaced by references to the vault.</summary>
    public required string Backup { get; init; }

    /// <summary>The database that bare table names of the statement mean; null for none.</summary>
    public string? CurrentDatabase { get; init; }

    public FailurePolicy OnExecutionFailure { get; init; }

    public OverlapPolicy OnPreviousRunning { get; init; }

    /// <summary>True to publish the time of the last success.</summary>
    public bool UpdatesMetric { get; init; }

    /// <summary>True where the collection was allowed to hold backups before.</summary>
    public bool IgnoresExistingBackups { get; init; }

    /// <summary>The end of the last run that succeeded; null before.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>
    /// Of an incremental schedule: the hold that keeps the history since the newest chain's end; null for none.
    /// </summary>
    public string? Hold { get; init; }

    /// <summary>The runs whose end is not accounted for.</summary>
    public IReadOnlyList<ScheduledRun> Runs { get; init; } = [];

    public bool IsPaused => NextRun is null;

    public bool IsDue(DateTimeOffset now) => NextRun <= now;

    /// <summary>The recurrence; it was checked before it was stored.</summary>
    public CronExpression ReadRecurrence() => CronExpression.TryParse(Recurrence)
        ?? throw new InvalidOperationException($"schedule {Id} recurs {Recurrence}");

    public ScheduleRecord Paused(string? state = null) =>
        this with { NextRun = null, AwaitsFull = false, State = state };

    /// <summary>Paused until the next full backup is there.</summary>
    public ScheduleRecord Waiting() => Paused(AwaitingFull) with { AwaitsFull = true };

    /// <summary>Running from now on: what was missed before is not made up for.</summary>
    public ScheduleRecord Resumed(DateTimeOffset now) =>
        this with { NextRun = ReadRecurrence().Next(now), AwaitsFull = false, State = null };

    /// <summary>Due at a time, or at once if it has passed.</summary>
    public ScheduleRecord DueAt(DateTimeOffset time, DateTimeOffset now) =>
        this with { NextRun = time > now ? time : now, State = null };

    /// <summary>With another recurrence; a paused one stays so.</summary>
    public ScheduleRecord Recurring(string recurrence, DateTimeOffset now)
    {
        var changed = this with { Recurrence = recurrence };
        return IsPaused ? changed : changed with { NextRun = changed.ReadRecurrence().Next(now) };
    }

    /// <summary>
    /// The time that a due schedule runs for: the last one that has come. However many were missed, they are made up
    /// for once.
    /// </summary>
    public DateTimeOffset DueTime(DateTimeOffset now) => ReadRecurrence().Last(NextRun!.Value, now);

    /// <summary>With a run under way, and the next one ahead.</summary>
    public ScheduleRecord Started(ScheduledRun run, DateTimeOffset now) => this with
    {
        NextRun = ReadRecurrence().Next(now),
        Runs = [.. Runs, run],
        State = run.ScheduledFor > NextRun
            ? $"ran once for what was missed since {ScheduleText.Of(NextRun.Value)}"
            : null,
    };

    /// <summary>Without the run that is due, and with the next one ahead.</summary>
    public ScheduleRecord Skipped(string reason, DateTimeOffset now) =>
        this with { NextRun = ReadRecurrence().Next(now), State = reason };

    public ScheduleRecord Succeeded(ScheduledRun run, DateTimeOffset end) =>
        Without(run) with { LastSuccess = LastSuccess > end ? LastSuccess : end };

    /// <summary>After a run that failed, or could not even start.</summary>
    public ScheduleRecord Failed(ScheduledRun? run, string reason, DateTimeOffset now)
    {
        var after = run is null ? this : Without(run);
        if (IsPaused)
            return after with { State = reason };
        var next = ReadRecurrence().Next(now);
        return OnExecutionFailure switch
        {
            FailurePolicy.Pause => after.Paused($"paused after a failure: {reason}"),
            FailurePolicy.Retry => after with
            {
                NextRun = next < now + RetryDelay ? next : now + RetryDelay,
                State = $"tries again soon: {reason}",
            },
            _ => after with { NextRun = NextRun > now ? NextRun : next, State = reason },
        };
    }

    /// <summary>After a run that somebody ended.</summary>
    public ScheduleRecord Ended(ScheduledRun run, string how) => Without(run) with { State = how };

    private ScheduleRecord Without(ScheduledRun run) => this with { Runs = [.. Runs.Where(r => r.JobId != run.JobId)] };
}
