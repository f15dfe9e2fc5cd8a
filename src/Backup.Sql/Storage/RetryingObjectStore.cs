using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Tries calls again that failed for a passing reason, and tells what an earlier try has done already.
/// </summary>
internal sealed class RetryingObjectStore(IObjectStore inner, RetryPolicy retries) : IObjectStore
{
    private const int BatchSize = 1000;

    public StoreCapabilities Capabilities => inner.Capabilities;

    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        var writer = await retries.RunAsync(token => inner.BeginPutAsync(name, token), cancellationToken)
            .ConfigureAwait(false);
        return new RetryingObjectWriter(this, name, writer, retries);
    }

    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var attempts = retries.Begin();
        var mayBeOurs = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await inner.PutIfAbsentAsync(name, content, cancellationToken).ConfigureAwait(false))
                    return true;
                break;
            }
            catch (BackupSqlException failure) when (attempts.MayRepeatAfter(failure))
            {
                mayBeOurs = true;
                await attempts.PauseAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        // The name is taken. After a try whose end is not known, perhaps by that try.
        return mayBeOurs && await HoldsAsync(name, content, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        retries.RunAsync(token => inner.ReadAsync(name, offset, buffer, token), cancellationToken);

    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
        retries.RunAsync(token => inner.HeadAsync(name, token), cancellationToken);

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var attempts = retries.Begin();
        var listing = inner.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                var failed = false;
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    if (!await listing.MoveNextAsync().ConfigureAwait(false))
                        yield break;
                }
                catch (BackupSqlException failure) when (attempts.MayRepeatAfter(failure))
                {
                    failed = true;
                }

                if (failed)
                {
                    // A failed enumeration is over: another one goes on after the last entry that was seen.
                    await attempts.PauseAsync(cancellationToken).ConfigureAwait(false);
                    await listing.DisposeAsync().ConfigureAwait(false);
                    listing = inner.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
                    continue;
                }

                attempts.Progressed();
                if (!IsNew(listing.Current, request.StartAfter))
                    continue;
                request = request with { StartAfter = listing.Current.Name };
                yield return listing.Current;
            }
        }
        finally
        {
            await listing.DisposeAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        retries.RunAsync(token => inner.DeleteAsync(name, token), cancellationToken);

    public ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default) =>
        retries.RunAsync(token => inner.RemoveUnfinishedAsync(directory, token), cancellationToken);

    // In batches where a batch is one request; else by itself each, so that each has all its tries.
    public async ValueTask DeleteManyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (Capabilities.HasFlag(StoreCapabilities.BatchDelete))
        {
            foreach (var batch in names.Chunk(BatchSize))
                await retries.RunAsync(token => inner.DeleteManyAsync(batch, token), cancellationToken)
                    .ConfigureAwait(false);
            return;
        }

        foreach (var name in names)
            await DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    // What is listed twice is there once; the markers of directories that consoles and copying tools leave are no
    // objects. Whoever lists relies on the order.
    private static bool IsNew(ListEntry entry, string? last)
    {
        if (!entry.IsPrefix && (entry.Name.Length == 0 || entry.Name[^1] == '/'))
            return false;
        var order = last is null ? 1 : ObjectName.Compare(entry.Name, last);
        return order >= 0 ? order > 0 : throw Errors.ListedOutOfOrder(entry.Name, last!);
    }

    private async ValueTask<bool> HoldsAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var found = await HeadAsync(name, cancellationToken).ConfigureAwait(false);
        if (found?.Length != content.Length)
            return false;
        var stored = new byte[content.Length];
        await ReadAsync(name, 0, stored, cancellationToken).ConfigureAwait(false);
        return content.Span.SequenceEqual(stored);
    }
}
