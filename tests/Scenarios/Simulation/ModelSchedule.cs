namespace Backup.Sql.Scenarios.Simulation;

/// <summary>A schedule of full backups as the model knows it: when it runs next, and what its runs must restore to.</summary>
internal sealed class ModelSchedule(long id, string recurrence, DateTimeOffset now)
{
    public static readonly string[] Recurrences = ["@hourly", "@daily", "30 * * * *"];

    public long Id => id;

    public bool IsPaused => Next is null;

    /// <summary>When it runs next; null while it is paused.</summary>
    public DateTimeOffset? Next { get; private set; } = After(recurrence, now);

    public void Alter(string another, DateTimeOffset at)
    {
        recurrence = another;
        if (!IsPaused)
            Next = After(recurrence, at);
    }

    public void Pause() => Next = null;

    public void Resume(DateTimeOffset at) => Next = After(recurrence, at);

    public void Execute(DateTimeOffset at) => Next = at;

    /// <summary>Runs once if it is due, however many times were missed.</summary>
    public bool RunIfDue(DateTimeOffset at)
    {
        if (Next is null || Next > at)
            return false;
        Next = After(recurrence, at);
        return true;
    }

    private static DateTimeOffset After(string recurrence, DateTimeOffset now)
    {
        var (start, every) = recurrence switch
        {
            "@daily" => (TimeSpan.Zero, TimeSpan.FromDays(1)),
            "@hourly" => (TimeSpan.Zero, TimeSpan.FromHours(1)),
            _ => (TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)),
        };
        var next = new DateTimeOffset(now.Date, TimeSpan.Zero) + start;
        while (next <= now)
            next += every;
        return next;
    }
}
