using System.Buffers.Binary;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Tries calls again whose errors are transient, with growing pauses. A cancelled call is not tried again.
/// </summary>
internal sealed class RetryPolicy(StoreOptions options, TimeProvider time, IRandomSource random)
{
    private StoreOptions Options => options;

    private TimeProvider Time => time;

    public Attempts Begin() => new(this);

    public async ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var attempts = Begin();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await call(cancellationToken).ConfigureAwait(false);
            }
            catch (BackupSqlException failure) when (attempts.MayRepeatAfter(failure))
            {
                await attempts.PauseAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask RunAsync(Func<CancellationToken, ValueTask> call, CancellationToken cancellationToken) =>
        await RunAsync(
            async token =>
            {
                await call(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private TimeSpan PauseAfter(int attempts)
    {
        var longest = options.FirstRetryDelay * Math.Pow(2, attempts - 1);
        if (longest > options.MaxRetryDelay)
            longest = options.MaxRetryDelay;
        Span<byte> chance = stackalloc byte[4];
        random.Fill(chance);
        return longest * (0.5 + (0.5 * BinaryPrimitives.ReadUInt32LittleEndian(chance) / uint.MaxValue));
    }

    /// <summary>The tries of one call.</summary>
    internal sealed class Attempts(RetryPolicy policy)
    {
        private readonly TimeProvider _time = policy.Time;
        private long _started = policy.Time.GetTimestamp();
        private int _failed;
        private TimeSpan _pause;

        /// <summary>Counts a failed try and tells whether another may follow.</summary>
        public bool MayRepeatAfter(BackupSqlException failure)
        {
            if (!failure.IsTransient || ++_failed >= policy.Options.MaxAttempts)
                return false;
            _pause = policy.PauseAfter(_failed);
            return _failed == 1 || _time.GetElapsedTime(_started) + _pause <= policy.Options.MaxRetryTime;
        }

        public Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(_pause, _time, cancellationToken);

        /// <summary>Forgets failed tries: of a call in many steps that got ahead since.</summary>
        public void Progressed()
        {
            _failed = 0;
            _started = _time.GetTimestamp();
        }
    }
}
