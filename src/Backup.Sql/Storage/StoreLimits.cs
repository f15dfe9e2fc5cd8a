using System.Diagnostics.CodeAnalysis;

namespace Backup.Sql.Storage;

/// <summary>What the stores of one pipeline may use together.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A semaphore that nobody asks for its wait handle holds nothing that needs disposal.")]
internal sealed class StoreLimits
{
    private readonly TimeProvider _time;
    private volatile TokenBucket? _reads;
    private volatile TokenBucket? _writes;
    private volatile SemaphoreSlim _uploads = new(0);
    private volatile SemaphoreSlim? _turns;

    public StoreLimits(StoreOptions options, TimeProvider time)
    {
        _time = time;
        Change(options, before: null);
    }

    /// <summary>
    /// Makes other limits count, for stores that are open too: several jobs that began under different limits would
    /// else be allowed their sum.
    /// </summary>
    /// <param name="options">What counts from now on.</param>
    /// <param name="before">What counted so far; null when nothing did.</param>
    public void Change(StoreOptions options, StoreOptions? before)
    {
        _reads = Changed(_reads, options.ReadBytesPerSecond, options.ReadBurstBytes);
        _writes = Changed(_writes, options.WriteBytesPerSecond, options.WriteBurstBytes);
        // Calls under way give their turn back to where they took it.
        if (options.ConcurrentUploads != before?.ConcurrentUploads)
            _uploads = new SemaphoreSlim(options.ConcurrentUploads);
        if (options.MaxConcurrency != (before?.MaxConcurrency ?? 0))
            _turns = options.MaxConcurrency > 0 ? new SemaphoreSlim(options.MaxConcurrency) : null;
    }

    /// <summary>
    /// Waits until a call may start. Bytes are waited for first: a call that waits takes nobody's turn.
    /// </summary>
    public ValueTask<Turn> EnterAsync(long bytesToRead, long bytesToWrite, CancellationToken cancellationToken) =>
        EnterAsync(bytesToRead, bytesToWrite, uploads: null, cancellationToken);

    /// <summary>Waits until a part may be written. What is put whole and small waits for no part.</summary>
    public ValueTask<Turn> EnterPartAsync(long bytes, CancellationToken cancellationToken) =>
        EnterAsync(0, bytes, _uploads, cancellationToken);

    private async ValueTask<Turn> EnterAsync(
        long bytesToRead, long bytesToWrite, SemaphoreSlim? uploads, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (bytesToRead > 0 && _reads is { } reads)
            await reads.TakeAsync(bytesToRead, cancellationToken).ConfigureAwait(false);
        if (bytesToWrite > 0 && _writes is { } writes)
            await writes.TakeAsync(bytesToWrite, cancellationToken).ConfigureAwait(false);
        if (uploads is not null)
            await uploads.WaitAsync(cancellationToken).ConfigureAwait(false);
        var turns = _turns;
        try
        {
            if (turns is not null)
                await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            uploads?.Release();
            throw;
        }

        return new Turn(uploads, turns);
    }

    private TokenBucket? Changed(TokenBucket? bucket, long bytesPerSecond, long burstBytes)
    {
        if (bytesPerSecond == 0)
            return null;
        if (bucket is null)
            return new TokenBucket(bytesPerSecond, burstBytes, _time);
        bucket.Change(bytesPerSecond, burstBytes);
        return bucket;
    }

    /// <summary>A call's turn, given back when disposed.</summary>
    internal readonly struct Turn(SemaphoreSlim? uploads, SemaphoreSlim? turns) : IDisposable
    {
        public void Dispose()
        {
            turns?.Release();
            uploads?.Release();
        }
    }
}
