using System.Globalization;

namespace Backup.Sql.Engines;

/// <summary>
/// A gate that an application takes around its write transactions, and the pause controller that closes it: for stores
/// inside the application's process, such as SQLite files. Only writes that go through the gate are held back.
/// </summary>
/// <remarks>
/// Take the gate before a transaction begins and give it back after its commit; one gate may guard several stores, and
/// then a transaction that spans them takes it once. It is not reentrant: who holds it and takes it again waits for
/// ever once a pause has come between. All members may be called concurrently.
/// </remarks>
/// <example>
/// <code>
/// using (await gate.EnterAsync(cancellationToken))
///     Transfer(shop, ledger, amount);
/// </code>
/// </example>
public sealed class WriteGate : IPauseController
{
    private static long s_gates;

    // A monitor, not a Lock: writers without async wait on it.
    private readonly object _monitor = new();
    private readonly TimeProvider _time;
    private readonly PauseMember _member;
    private readonly Dictionary<string, ITimer> _pauses = new(StringComparer.Ordinal);
    private TaskCompletionSource _opened = Signal();
    private TaskCompletionSource? _drained;
    private int _inside;

    /// <summary>Makes an open gate.</summary>
    /// <param name="member">The application's name, for the backup's record of who paused.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public WriteGate(string member, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(member);
        _time = timeProvider ?? TimeProvider.System;
        _member = new PauseMember(
            member, Interlocked.Increment(ref s_gates).ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> CoordinatorTables { get; init; } = [];

    /// <inheritdoc/>
    public bool RestorePointOnly { get; init; }

    /// <inheritdoc/>
    public TimeSpan KnownClockSkew { get; init; }

    /// <summary>How many write transactions hold the gate.</summary>
    public int Inside
    {
        get
        {
            lock (_monitor)
                return _inside;
        }
    }

    /// <summary>Takes the gate, after the end of any pause.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>To be disposed when the transaction has ended, either way.</returns>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task opened;
            lock (_monitor)
            {
                if (_pauses.Count == 0)
                    return TakePass();
                opened = _opened.Task;
            }

            await opened.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the gate, after the end of any pause; the thread waits.</summary>
    /// <returns>To be disposed when the transaction has ended, either way.</returns>
    public IDisposable Enter()
    {
        lock (_monitor)
        {
            while (_pauses.Count > 0)
                Monitor.Wait(_monitor);
            return TakePass();
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PauseMember>> GetMembersAsync(CancellationToken cancellationToken = default) =>
        new([_member]);

    /// <inheritdoc/>
    public async ValueTask<bool> PauseAsync(PauseRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var drained = Close(request);
        try
        {
            await drained.WaitAsync(request.DrainLimit, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            Lift(request.PauseId);
            return false;
        }
        catch
        {
            Lift(request.PauseId);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsPausedAsync(string pauseId, CancellationToken cancellationToken = default)
    {
        lock (_monitor)
            return new(_pauses.ContainsKey(pauseId) && _inside == 0);
    }

    /// <inheritdoc/>
    public ValueTask ResumeAsync(string pauseId, CancellationToken cancellationToken = default)
    {
        Lift(pauseId);
        return ValueTask.CompletedTask;
    }

    private Task Close(PauseRequest request)
    {
        lock (_monitor)
        {
            if (!_pauses.ContainsKey(request.PauseId))
            {
                // Who asked may die: then nobody else would ever open the gate.
                var watchdog = _time.CreateTimer(
                    _ => Lift(request.PauseId), null, request.LiftAfter, request.LiftAfter);
                _pauses.Add(request.PauseId, watchdog);
            }

            return _inside == 0 ? Task.CompletedTask : (_drained ??= Signal()).Task;
        }
    }

    private void Lift(string pauseId)
    {
        lock (_monitor)
        {
            if (!_pauses.Remove(pauseId, out var watchdog))
                return;
            watchdog.Dispose();
            if (_pauses.Count > 0)
                return;
            _opened.SetResult();
            _opened = Signal();
            Monitor.PulseAll(_monitor);
        }
    }

    private Pass TakePass()
    {
        _inside++;
        return new Pass(this);
    }

    private void Leave()
    {
        lock (_monitor)
        {
            if (--_inside > 0)
                return;
            _drained?.SetResult();
            _drained = null;
        }
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Pass(WriteGate gate) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
                gate.Leave();
        }
    }
}
