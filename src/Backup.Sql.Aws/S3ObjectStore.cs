using System.Runtime.CompilerServices;
using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>A bucket's objects below one path.</summary>
internal sealed class S3ObjectStore(
    S3Bucket bucket, StoreCapabilities capabilities, TimeSpan requestTime, S3DeadUploads dead) : IObjectStore
{
    private const int ReadAttempts = 5;

    // What the protocol allows in one request.
    private const int BatchSize = 1000;

    public StoreCapabilities Capabilities => capabilities;

    private bool HasConditionalPut => capabilities.HasFlag(StoreCapabilities.ConditionalPut);

    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        if (await bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not null)
            throw S3Errors.ObjectExists(name);
        return new S3ObjectWriter(bucket, name, HasConditionalPut);
    }

    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);

        // Without the condition the look before is all there is: of two writers at the same moment the later one wins.
        if (!HasConditionalPut && await bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        using var stream = S3Part.StreamOf(content);
        return await bucket.PutAsync(name, stream, HasConditionalPut, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (buffer.IsEmpty)
        {
            await RequireLengthAsync(name, offset, cancellationToken).ConfigureAwait(false);
            return;
        }

        // A connection that breaks in the middle goes on where it broke, as long as each try brings something.
        var done = 0;
        for (var attempt = 1; done < buffer.Length; attempt++)
        {
            var read = await ReadSomeAsync(name, offset + done, buffer[done..], cancellationToken)
                .ConfigureAwait(false);
            done += read;
            if (done < buffer.Length && (read == 0 || attempt == ReadAttempts))
                throw S3Errors.BrokenOff(name);
        }
    }

    public async ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        return await bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false) is { } length
            ? new ObjectInfo(name, length)
            : null;
    }

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string? continuation = null;
        do
        {
            var page = await bucket.ListAsync(
                request.Prefix, request.Delimiter, request.StartAfter, continuation, cancellationToken)
                .ConfigureAwait(false);
            var objects = (page.S3Objects ?? []).Select(o => new ListEntry(NameOf(o.Key), o.Size ?? 0, false));
            var prefixes = (page.CommonPrefixes ?? []).Select(prefix => new ListEntry(NameOf(prefix), 0, true));
            foreach (var entry in objects.Concat(prefixes).OrderBy(entry => entry.Name, ObjectName.Order))
            {
                if (IsWanted(entry, request.StartAfter))
                    yield return entry;
            }

            continuation = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (continuation is not null);
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        ObjectName.Check(name);
        await bucket.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DeleteManyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
            ObjectName.Check(name);
        if (!capabilities.HasFlag(StoreCapabilities.BatchDelete))
        {
            foreach (var name in names)
                await bucket.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var batch in names.Chunk(BatchSize))
            await bucket.DeleteManyAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    // One look at all of them is enough: what lies below one directory only, or is no data, it has seen as well.
    public async ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default)
    {
        if (directory.Length == 0 && !capabilities.HasFlag(StoreCapabilities.ReadOnly))
            await dead.RemoveAsync(directory, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Tools leave markers of directories, empty objects whose names are no names of ours. A server that is asked for
    // what comes after a common prefix gives that prefix again.
    private static bool IsWanted(ListEntry entry, string? startAfter) =>
        entry.Name.Length > 0
        && !entry.Name.StartsWith(".~", StringComparison.Ordinal)
        && (entry.IsPrefix || !entry.Name.EndsWith('/'))
        && (startAfter is null || ObjectName.Order.Compare(entry.Name, startAfter) > 0);

    private string NameOf(string key) => key[bucket.Prefix.Length..];

    private async Task<int> ReadSomeAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var response = await bucket.GetAsync(name, offset, offset + buffer.Length - 1, cancellationToken)
            .ConfigureAwait(false);
        if (response.ContentLength < buffer.Length)
            throw S3Errors.EndsEarly(name, offset, buffer.Length);

        // The time of a request ends with its answer's head: a body that does not come has a time of its own.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(requestTime);
        var done = 0;
        try
        {
            while (done < buffer.Length)
            {
                var read = await response.ResponseStream.ReadAsync(buffer[done..], patience.Token)
                    .ConfigureAwait(false);
                if (read == 0)
                    break;
                done += read;
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // What has come is good.
        }

        return done;
    }

    private async Task RequireLengthAsync(string name, long offset, CancellationToken cancellationToken)
    {
        var length = await bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw S3Errors.ObjectNotFound(name);
        if (offset > length)
            throw S3Errors.EndsEarly(name, offset, 0);
    }
}
