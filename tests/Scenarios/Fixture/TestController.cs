using Backup.Sql.Engines;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A write gate as pause controller, whose calls fail, lie or come late when a test says so.</summary>
internal sealed class TestController(WriteGate gate, TimeProvider time) : IPauseController
{
    /// <summary>A second longer than anybody waits. Not much longer: on a clock that jumps, other calls grow late too.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(11);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Fault, int Left, int After)> _faults = [];
    private readonly List<string> _calls = [];
    private readonly HashSet<string> _standing = [];
    private int _restarts;

    public WriteGate Gate => gate;

    public IReadOnlyList<string> CoordinatorTables { get; init; } = [];

    public bool RestorePointOnly { get; init; }

    public TimeSpan KnownClockSkew { get; set; }

    /// <summary>The calls so far: <c>members</c>, <c>pause</c>, <c>asked</c>, <c>resume</c>.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    /// <summary>True while a pause stands that nobody has lifted.</summary>
    public bool IsStanding
    {
        get
        {
            lock (_lock)
                return _standing.Count > 0;
        }
    }

    /// <summary>
    /// Lets the next calls of a kind, or those after some that go well, go wrong: <c>fails</c>, <c>hangs</c>, <c>lies</c>
    /// (pause and asked say false), <c>restarts</c> (a node is another one from then on), <c>late</c> (done, but answered
    /// when nobody waits any more).
    /// </summary>
    public void Break(string call, string fault, int times = 1, int after = 0)
    {
        lock (_lock)
            _faults[call] = (fault, times, after);
    }

    /// <summary>Forgets the faults that have not come true.</summary>
    public void Mend()
    {
        lock (_lock)
            _faults.Clear();
    }

    public async ValueTask<IReadOnlyList<PauseMember>> GetMembersAsync(CancellationToken cancellationToken = default)
    {
        var fault = await MeetAsync("members", cancellationToken);
        if (fault == "restarts")
            _restarts++;
        await DelayAsync(fault, TooLong);
        return [new PauseMember("node-2", "1"), new PauseMember("node-1", $"{1 + _restarts}")];
    }

    public async ValueTask<bool> PauseAsync(PauseRequest request, CancellationToken cancellationToken = default)
    {
        var fault = await MeetAsync("pause", cancellationToken);
        if (fault == "lies")
            return false;
        lock (_lock)
            _standing.Add(request.PauseId);
        var paused = await gate.PauseAsync(request, CancellationToken.None);
        if (!paused)
            Forget(request.PauseId);
        await DelayAsync(fault, request.DrainLimit + TooLong);
        if (fault == "restarts")
            _restarts++;
        return paused;
    }

    public async ValueTask<bool> IsPausedAsync(string pauseId, CancellationToken cancellationToken = default) =>
        await MeetAsync("asked", cancellationToken) != "lies" && await gate.IsPausedAsync(pauseId, cancellationToken);

    public async ValueTask ResumeAsync(string pauseId, CancellationToken cancellationToken = default)
    {
        var fault = await MeetAsync("resume", cancellationToken);
        await gate.ResumeAsync(pauseId, cancellationToken);
        Forget(pauseId);
        await DelayAsync(fault, TooLong);
    }

    // Whoever is late does not heed that nobody waits any more.
    private async Task DelayAsync(string? fault, TimeSpan by)
    {
        if (fault != "late")
            return;
        await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        await Task.Delay(by, time, CancellationToken.None);
    }

    private void Forget(string pauseId)
    {
        lock (_lock)
            _standing.Remove(pauseId);
    }

    private async Task<string?> MeetAsync(string call, CancellationToken cancellationToken)
    {
        string? fault = null;
        lock (_lock)
        {
            _calls.Add(call);
            if (_faults.TryGetValue(call, out var planned) && planned.After > 0)
            {
                _faults[call] = planned with { After = planned.After - 1 };
            }
            else if (planned.Fault is not null)
            {
                fault = planned.Fault;
                if (planned.Left <= 1)
                    _faults.Remove(call);
                else
                    _faults[call] = planned with { Left = planned.Left - 1 };
            }
        }

        if (fault == "fails")
            throw new InvalidOperationException($"{call} was refused");
        // The clock jumps over what hangs: calls to other engines, which do answer, come first.
        if (fault is "hangs")
            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        while (fault == "hangs")
            await Task.Delay(TooLong, time, cancellationToken);
        return fault;
    }
}
