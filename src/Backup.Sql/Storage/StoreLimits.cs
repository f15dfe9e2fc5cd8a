using System.Diagnostics.CodeAnalysis;

namespace Backup.Sql.Storage;

/// <summary>What the stores of one pipeline may use together.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A semaphore that nobody asks for its wait handle holds nothing that needs disposal.")]
internal sealed class StoreLimits
{
    private readonly TokenBucket? _reads;
    private readonly TokenBucket? _writes;
    private readonly SemaphoreSlim? _turns;

    public StoreLimits(StoreOptions options, TimeProvider time)
    {
        if (options.ReadBytesPerSecond > 0)
            _reads = new TokenBucket(options.ReadBytesPerSecond, options.ReadBurstBytes, time);
        if (options.WriteBytesPerSecond > 0)
            _writes = new TokenBucket(options.WriteBytesPerSecond, options.WriteBurstBytes, time);
        if (options.MaxConcurrency > 0)
            _turns = new SemaphoreSlim(options.MaxConcurrency);
    }

    /// <summary>
    /// Waits until a call may start. Bytes are waited for first: a call that waits takes nobody's turn.
    /// </summary>
    public async ValueTask<Turn> EnterAsync(long bytesToRead, long bytesToWrite, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_reads is not null && bytesToRead > 0)
            await _reads.TakeAsync(bytesToRead, cancellationToken).ConfigureAwait(false);
        if (_writes is not null && bytesToWrite > 0)
            await _writes.TakeAsync(bytesToWrite, cancellationToken).ConfigureAwait(false);
        if (_turns is not null)
            await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(_turns);
    }

    /// <summary>A call's turn, given back when disposed.</summary>
    internal readonly struct Turn(SemaphoreSlim? turns) : IDisposable
    {
        public void Dispose() => turns?.Release();
    }
}
