using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>Counts and times calls.</summary>
internal sealed class MeasuredObjectStore(IObjectStore inner, string scheme, TimeProvider time) : IObjectStore
{
    private const string Read = "read";
    private const string Write = "write";

    public StoreCapabilities Capabilities => inner.Capabilities;

    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
        new Writer(
            this,
            await MeasureAsync("begin_put", () => inner.BeginPutAsync(name, cancellationToken)).ConfigureAwait(false));

    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var created = await MeasureAsync(
            "put_if_absent", () => inner.PutIfAbsentAsync(name, content, cancellationToken)).ConfigureAwait(false);
        StoreMetrics.RecordBytes(scheme, Write, content.Length);
        return created;
    }

    public async ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await MeasureAsync("read", () => inner.ReadAsync(name, offset, buffer, cancellationToken))
            .ConfigureAwait(false);
        StoreMetrics.RecordBytes(scheme, Read, buffer.Length);
    }

    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
        MeasureAsync("head", () => inner.HeadAsync(name, cancellationToken));

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // A listing is one operation; its time is the store's, without what the caller does between two entries.
        var spent = TimeSpan.Zero;
        var listing = inner.ListAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                var started = time.GetTimestamp();
                bool found;
                try
                {
                    found = await listing.MoveNextAsync().ConfigureAwait(false);
                }
                catch (Exception failure)
                {
                    RecordFailure("list", failure);
                    throw;
                }
                finally
                {
                    spent += time.GetElapsedTime(started);
                }

                if (!found)
                    yield break;
                yield return listing.Current;
            }
        }
        finally
        {
            StoreMetrics.Record(scheme, "list", spent);
            await listing.DisposeAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        MeasureAsync("delete", () => inner.DeleteAsync(name, cancellationToken));

    public ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default) =>
        MeasureAsync("remove_unfinished", () => inner.RemoveUnfinishedAsync(directory, cancellationToken));

    public ValueTask DeleteManyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken = default) =>
        MeasureAsync("delete_many", () => inner.DeleteManyAsync(names, cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask MeasureAsync(string operation, Func<ValueTask> call) =>
        await MeasureAsync(
            operation,
            async () =>
            {
                await call().ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);

    private async ValueTask<T> MeasureAsync<T>(string operation, Func<ValueTask<T>> call)
    {
        var started = time.GetTimestamp();
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            RecordFailure(operation, failure);
            throw;
        }
        finally
        {
            StoreMetrics.Record(scheme, operation, time.GetElapsedTime(started));
        }
    }

    private void RecordFailure(string operation, Exception failure) => StoreMetrics.RecordFailure(
        scheme,
        operation,
        failure switch
        {
            BackupSqlException known => known.SqlState,
            OperationCanceledException => SqlStates.QueryCanceled,
            _ => SqlStates.InternalError,
        });

    private sealed class Writer(MeasuredObjectStore store, IObjectWriter inner) : IObjectWriter
    {
        public async ValueTask WritePartAsync(
            ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
        {
            await store.MeasureAsync("write_part", () => inner.WritePartAsync(part, cancellationToken))
                .ConfigureAwait(false);
            store.RecordWritten(part.Length);
        }

        public ValueTask CompleteAsync(CancellationToken cancellationToken = default) =>
            store.MeasureAsync("complete", () => inner.CompleteAsync(cancellationToken));

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private void RecordWritten(long count) => StoreMetrics.RecordBytes(scheme, Write, count);
}
