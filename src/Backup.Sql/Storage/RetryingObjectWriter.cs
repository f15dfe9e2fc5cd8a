using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Tries parts and completion again. It keeps no part: what went wrong is given again while the caller waits.
/// </summary>
internal sealed class RetryingObjectWriter(
    RetryingObjectStore store, string name, IObjectWriter inner, RetryPolicy retries) : IObjectWriter
{
    private const int CompareBytes = 1 << 20;

    private long _length;
    private uint _checksum;

    public async ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
    {
        await retries.RunAsync(token => inner.WritePartAsync(part, token), cancellationToken).ConfigureAwait(false);
        _length += part.Length;
        _checksum = Extend(_checksum, part.Span);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        var attempts = retries.Begin();
        var mayBeOurs = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await inner.CompleteAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (BackupSqlException failure) when (attempts.MayRepeatAfter(failure))
            {
                mayBeOurs = true;
                await attempts.PauseAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (BackupSqlException taken) when (mayBeOurs && taken.SqlState == SqlStates.DuplicateFile)
            {
                if (await IsOursAsync(cancellationToken).ConfigureAwait(false))
                    return;
                throw;
            }
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    // Length and checksum suffice, for the parts are gone: a stranger's object of our name is an accident, no forgery.
    private async ValueTask<bool> IsOursAsync(CancellationToken cancellationToken)
    {
        var found = await store.HeadAsync(name, cancellationToken).ConfigureAwait(false);
        if (found?.Length != _length)
            return false;
        var checksum = 0u;
        var buffer = ArrayPool<byte>.Shared.Rent(CompareBytes);
        try
        {
            for (long offset = 0; offset < _length;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(CompareBytes, _length - offset));
                await store.ReadAsync(name, offset, piece, cancellationToken).ConfigureAwait(false);
                checksum = Extend(checksum, piece.Span);
                offset += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return checksum == _checksum;
    }

    // CRC-32C by the processor's own instruction: the cost vanishes beside sending the bytes. Pieces may be cut
    // differently when they are read back, so bytes that do not fill a word are taken one by one.
    private static uint Extend(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            checksum = BitOperations.Crc32C(checksum, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            checksum = BitOperations.Crc32C(checksum, rest);
        return checksum;
    }
}
