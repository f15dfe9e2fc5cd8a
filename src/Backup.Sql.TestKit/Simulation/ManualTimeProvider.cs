namespace Backup.Sql.TestKit.Simulation;

/// <summary>
/// A clock that moves when it is told to. Timers, and with them delays and timeouts, fire when the clock passes them,
/// in the order in which they are due.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed;
    private DateTimeOffset _utcNow;

    /// <summary>Sets the clock to the first of January 2030.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Sets the clock.</summary>
    /// <param name="start">The time.</param>
    public ManualTimeProvider(DateTimeOffset start) => _utcNow = start.ToUniversalTime();

    /// <summary>
    /// Whether somebody's waiting moves the clock: starting a timer that fires once makes the clock jump to its end, so
    /// that pauses take no time. Default: no, only <see cref="Advance"/> moves it.
    /// </summary>
    /// <remarks>
    /// Timeouts are timers too and come true at once; periodic timers wait for others to move the clock.
    /// </remarks>
    public bool JumpsToTimers { get; init; }

    /// <summary>
    /// How many timers are waiting: a test that moves the clock first waits until what it tests has begun.
    /// </summary>
    public int WaitingTimers
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _utcNow;
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_lock)
            return _elapsed.Ticks;
    }

    /// <summary>Lets time pass. Callbacks of timers run on the caller's thread, each at its own time.</summary>
    /// <param name="by">How much; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan end;
        lock (_lock)
            end = _elapsed + by;
        AdvanceTo(end);
    }

    /// <summary>
    /// Sets the time of day alone, backwards too, as an operator or a time server does. No timer fires.
    /// </summary>
    /// <param name="now">The new time.</param>
    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_lock)
            _utcNow = now.ToUniversalTime();
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void AdvanceTo(TimeSpan end)
    {
        while (true)
        {
            ManualTimer? next;
            lock (_lock)
            {
                next = _timers.MinBy(timer => timer.Due);
                if (next is null || next.Due > end)
                {
                    MoveTo(end);
                    return;
                }

                MoveTo(next.Due);
                if (next.Period > TimeSpan.Zero)
                    next.Due += next.Period;
                else
                    _timers.Remove(next);
            }

            next.Fire();
        }
    }

    private void MoveTo(TimeSpan end)
    {
        if (end <= _elapsed)
            return;
        _utcNow += end - _elapsed;
        _elapsed = end;
    }

    private void Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        TimeSpan due;
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;
            due = _elapsed + dueTime;
            timer.Due = due;
            timer.Period = period;
            _timers.Add(timer);
        }

        // Never on the thread that starts the timer: it has not stored what the callback needs.
        if (dueTime == TimeSpan.Zero || (JumpsToTimers && period <= TimeSpan.Zero))
            ThreadPool.QueueUserWorkItem(static jump => jump.Clock.JumpTo(jump.Due), (Clock: this, Due: due), false);
    }

    // Who asks again and again for what another thread will bring must not take the processor from it.
    private void JumpTo(TimeSpan due)
    {
        Thread.Yield();
        AdvanceTo(due);
    }

    private void Cancel(ManualTimer timer)
    {
        lock (_lock)
            _timers.Remove(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Schedule(this, dueTime, period);
            return true;
        }

        public void Dispose() => clock.Cancel(this);

        public ValueTask DisposeAsync()
        {
            clock.Cancel(this);
            return ValueTask.CompletedTask;
        }
    }
}
