using Backup.Sql.Execution.Jobs;

namespace Backup.Sql.Execution;

/// <summary>
/// Counts what the workers of a job go through and reports it, five times per second at most. Counting is cheap enough
/// for every block.
/// </summary>
internal sealed class ProgressTracker
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly long _jobId;
    private readonly TimeProvider _time;
    private readonly IProgress<JobProgress>? _listener;
    private readonly long _started;
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _stepsDone = [];
    private long _phaseStarted;
    private long _lastReport;
    private string _phase = "starting";
    private string? _object;
    private int _objectsDone;
    private int _objectsTotal;
    private long _bytesTotal;
    private double _base;
    private double _share;
    private double _fraction;
    private long _rows;
    private long _bytes;
    private long _stored;
    private IReadOnlyList<JobMark> _marks = [];

    public ProgressTracker(long jobId, TimeProvider time, IProgress<JobProgress>? listener)
    {
        _jobId = jobId;
        _time = time;
        _listener = listener;
        _started = _phaseStarted = _lastReport = time.GetTimestamp();
    }

    /// <summary>Share of the job that is done, from 0 to 1; never goes back.</summary>
    public double Fraction
    {
        get
        {
            lock (_gate)
                return Advance();
        }
    }

    /// <summary>What the job is doing, for people.</summary>
    public string Phase => Volatile.Read(ref _phase);

    /// <summary>When the phases began and other things happened, in order.</summary>
    public IReadOnlyList<JobMark> Marks => Volatile.Read(ref _marks);

    /// <summary>Notes that something has happened.</summary>
    public void Mark(string name)
    {
        lock (_gate)
            Volatile.Write(ref _marks, [.. _marks, new JobMark(name, _time.GetUtcNow())]);
    }

    /// <summary>The steps of the plan that are done, by their ids.</summary>
    public IReadOnlyList<int> StepsDone
    {
        get
        {
            lock (_gate)
                return [.. _stepsDone];
        }
    }

    /// <summary>Reports the end of the phase before and starts one that makes up a share of the job.</summary>
    public void Begin(string phase, double share)
    {
        lock (_gate)
        {
            Report();
            _base += _share;
            _share = share;
            Volatile.Write(ref _phase, phase);
            Mark(phase);
            _phaseStarted = _time.GetTimestamp();
            (_objectsDone, _objectsTotal, _bytesTotal) = (0, 0, 0);
            _rows = _bytes = _stored = 0;
            _object = null;
            Report();
        }
    }

    /// <summary>Adds objects and bytes that the current phase has to go through.</summary>
    public void Expect(int objects, long bytes)
    {
        lock (_gate)
        {
            _objectsTotal += objects;
            _bytesTotal += bytes;
        }
    }

    /// <summary>Notes that a step of the plan is done.</summary>
    public void EndStep(int id)
    {
        lock (_gate)
            _stepsDone.Add(id);
    }

    /// <summary>Forgets the steps of a plan that another one takes the place of.</summary>
    public void ForgetSteps()
    {
        lock (_gate)
            _stepsDone.Clear();
    }

    public void BeginObject(string name)
    {
        lock (_gate)
            _object = name;
    }

    public void EndObject()
    {
        lock (_gate)
            _objectsDone++;
    }

    /// <summary>Counts work of the current phase.</summary>
    public void Add(long rows, long bytes)
    {
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _bytes, bytes);
        ReportIfDue();
    }

    /// <summary>Counts bytes that went to, or came from, the store.</summary>
    public void AddStored(long bytes) => Interlocked.Add(ref _stored, bytes);

    /// <summary>Reports the end of the last phase, and that all is done.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            Report();
            (_base, _share) = (1, 0);
            Volatile.Write(ref _phase, "done");
            (_object, _bytesTotal) = (null, 0);
            _rows = _bytes = _stored = 0;
            Report();
        }
    }

    private void ReportIfDue()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _lastReport)) < Interval || !_gate.TryEnter())
            return;
        try
        {
            Report();
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Report()
    {
        Volatile.Write(ref _lastReport, _time.GetTimestamp());
        var fraction = Advance();
        if (_listener is null)
            return;
        var bytes = Interlocked.Read(ref _bytes);
        var seconds = _time.GetElapsedTime(_phaseStarted).TotalSeconds;
        var rate = seconds > 0 ? bytes / seconds : 0;
        _listener.Report(new JobProgress
        {
            JobId = _jobId,
            Phase = _phase,
            Object = _object,
            ObjectsDone = _objectsDone,
            ObjectsTotal = _objectsTotal,
            RowsDone = Interlocked.Read(ref _rows),
            BytesDone = bytes,
            BytesTotal = Math.Max(bytes, _bytesTotal),
            StoredBytes = Interlocked.Read(ref _stored),
            Elapsed = _time.GetElapsedTime(_started),
            BytesPerSecond = rate,
            TimeLeft = rate > 0 && _bytesTotal > bytes ? TimeSpan.FromSeconds((_bytesTotal - bytes) / rate) : null,
            Fraction = fraction,
        });
    }

    /// <summary>What the counts come to now, whenever somebody was last told.</summary>
    private double Advance()
    {
        var done = _bytesTotal > 0 ? Math.Min(1, (double)Interlocked.Read(ref _bytes) / _bytesTotal) : 0;
        return _fraction = Math.Max(_fraction, Math.Min(1, _base + _share * done));
    }
}
