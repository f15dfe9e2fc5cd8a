namespace Backup.Sql.Storage;

/// <summary>
/// Holds bytes per second to a rate. Over any time t no more than burst + rate × t bytes are let through, as long as no
/// single taking exceeds the burst; a larger one waits until its excess is paid for.
/// </summary>
internal sealed class TokenBucket
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private double _rate;
    private double _burst;
    private double _tokens;
    private long _filled;

    public TokenBucket(long bytesPerSecond, long burstBytes, TimeProvider time)
    {
        _time = time;
        _rate = bytesPerSecond;
        _burst = burstBytes == 0 ? bytesPerSecond : burstBytes;
        _tokens = _burst;
        _filled = time.GetTimestamp();
    }

    /// <summary>
    /// Makes another rate and burst count from now on. Who waits already waits as long as it was told.
    /// </summary>
    public void Change(long bytesPerSecond, long burstBytes)
    {
        lock (_lock)
        {
            Fill();
            _rate = bytesPerSecond;
            _burst = burstBytes == 0 ? bytesPerSecond : burstBytes;
            _tokens = Math.Min(_burst, _tokens);
        }
    }

    /// <summary>Waits for the turn of some bytes. Callers wait in the order in which they came.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        var wait = Take(bytes);
        if (wait <= TimeSpan.Zero)
            return;
        try
        {
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nothing was sent: those behind need not wait for it.
            lock (_lock)
                _tokens += bytes;
            throw;
        }
    }

    private TimeSpan Take(long bytes)
    {
        lock (_lock)
        {
            Fill();
            _tokens -= bytes;
            return TimeSpan.FromSeconds(Math.Max(0, -_tokens / _rate));
        }
    }

    private void Fill()
    {
        var now = _time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (_rate * _time.GetElapsedTime(_filled, now).TotalSeconds));
        _filled = now;
    }
}
