namespace Backup.Sql.Storage;

/// <summary>
/// Holds bytes per second to a rate. Over any time t no more than burst + rate × t bytes are let through, as long as no
/// single taking exceeds the burst; a larger one waits until its excess is paid for.
/// </summary>
internal sealed class TokenBucket
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly double _rate;
    private readonly double _burst;
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
            var now = _time.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + (_rate * _time.GetElapsedTime(_filled, now).TotalSeconds));
            _filled = now;
            _tokens -= bytes;
            return TimeSpan.FromSeconds(Math.Max(0, -_tokens / _rate));
        }
    }
}
