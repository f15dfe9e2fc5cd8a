namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// Holds up calls of stores while it is closed, so that a job can be looked at, paused or cancelled in the middle of its
/// work.
/// </summary>
internal sealed class StoreGate
{
    private readonly Lock _lock = new();
    private string? _closedFor;
    private TaskCompletionSource _open = Done();
    private TaskCompletionSource _reached = Done();

    public bool IsClosed => _closedFor is not null;

    /// <summary>
    /// Holds up calls whose text, such as <c>write data/7</c>, contains some letters (a star stands for any). What was held
    /// up for others goes on.
    /// </summary>
    public void Close(string letters)
    {
        lock (_lock)
        {
            _closedFor = letters;
            _open.TrySetResult();
            _open = New();
            _reached = New();
        }
    }

    /// <summary>Lets everything through again.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _closedFor = null;
            _open.TrySetResult();
        }
    }

    /// <summary>Waits until a call is being held up.</summary>
    public Task ReachedAsync()
    {
        lock (_lock)
            return _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public Task PassAsync(string call, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_closedFor is null || !Scripting.Expectation.Matches($"*{_closedFor}*", call))
                return Task.CompletedTask;
            _reached.TrySetResult();
            return _open.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Done()
    {
        var done = New();
        done.SetResult();
        return done;
    }
}
