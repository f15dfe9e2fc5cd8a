using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Stands between a host's store and the library: whatever the store throws comes out as an error of a store, with the
/// store's own as its cause, and what it answers against its contract is refused where it does so.
/// </summary>
internal sealed class GuardedObjectStore(IObjectStore inner, string scheme) : IObjectStore
{
    /// <summary>What opening a store is called in errors.</summary>
    public const string OpenVerb = "open a store";

    public StoreCapabilities Capabilities => inner.Capabilities;

    /// <summary>Makes a call.</summary>
    /// <exception cref="BackupSqlException">As the store says; 58030 it failed in another way.</exception>
    public static async ValueTask<T> CallAsync<T>(
        string scheme, string verb, string name, Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception error) when (IsForeign(error, cancellationToken))
        {
            throw Errors.StoreBroke(scheme, verb, name, error);
        }
    }

    /// <summary>Makes a call that does not wait.</summary>
    /// <exception cref="BackupSqlException">As the store says; 58030 it failed in another way.</exception>
    public static T Call<T>(string scheme, string verb, string name, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (IsForeign(error, CancellationToken.None))
        {
            throw Errors.StoreBroke(scheme, verb, name, error);
        }
    }

    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
        new Writer(
            await CallAsync(
                scheme, "write", name, () => inner.BeginPutAsync(name, cancellationToken), cancellationToken)
                .ConfigureAwait(false)
            ?? throw Errors.StoreBroke(scheme, "write", name, null), scheme, name);

    public ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        CallAsync(
            scheme, "write", name, () => inner.PutIfAbsentAsync(name, content, cancellationToken), cancellationToken);

    public async ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await CallAsync(
            scheme, "read", name, () => Valued(inner.ReadAsync(name, offset, buffer, cancellationToken)),
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        var info = await CallAsync(
            scheme, "look for", name, () => inner.HeadAsync(name, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return info is { Length: < 0 } ? throw Errors.StoreBroke(scheme, "look for", name, null) : info;
    }

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        const string Verb = "list";
        var listing = Call(
            scheme, Verb, request.Prefix,
            () => inner.ListAsync(request, cancellationToken)?.GetAsyncEnumerator(cancellationToken))
            ?? throw Errors.StoreBroke(scheme, Verb, request.Prefix, null);
        await using (listing.ConfigureAwait(false))
        {
            while (await CallAsync(scheme, Verb, request.Prefix, listing.MoveNextAsync, cancellationToken)
                .ConfigureAwait(false))
            {
                var entry = listing.Current;
                yield return entry.Name?.StartsWith(request.Prefix, StringComparison.Ordinal) == true
                    && entry.Length >= 0
                    ? entry
                    : throw Errors.StoreBroke(scheme, Verb, request.Prefix, null);
            }
        }
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        await CallAsync(
            scheme, "delete", name, () => Valued(inner.DeleteAsync(name, cancellationToken)), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask DeleteManyAsync(
        IReadOnlyList<string> names, CancellationToken cancellationToken = default) =>
        await CallAsync(
            scheme, "delete", names.Count > 0 ? names[0] : "",
            () => Valued(inner.DeleteManyAsync(names, cancellationToken)), cancellationToken).ConfigureAwait(false);

    public async ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default) =>
        await CallAsync(
            scheme, "tidy", directory, () => Valued(inner.RemoveUnfinishedAsync(directory, cancellationToken)),
            cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync() =>
        await CallAsync(scheme, "close", "", () => Valued(inner.DisposeAsync()), CancellationToken.None)
            .ConfigureAwait(false);

    // A store that ends a call by itself, its own time limit run out, has not been cancelled by anybody.
    private static bool IsForeign(Exception error, CancellationToken cancellationToken) =>
        error is not BackupSqlException
        && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private static async ValueTask<bool> Valued(ValueTask call)
    {
        await call.ConfigureAwait(false);
        return true;
    }

    private sealed class Writer(IObjectWriter inner, string scheme, string name) : IObjectWriter
    {
        public async ValueTask WritePartAsync(
            ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default) =>
            await CallAsync(
                scheme, "write", name, () => Valued(inner.WritePartAsync(part, cancellationToken)), cancellationToken)
                .ConfigureAwait(false);

        public async ValueTask CompleteAsync(CancellationToken cancellationToken = default) =>
            await CallAsync(
                scheme, "write", name, () => Valued(inner.CompleteAsync(cancellationToken)), cancellationToken)
                .ConfigureAwait(false);

        public async ValueTask DisposeAsync() =>
            await CallAsync(scheme, "close", name, () => Valued(inner.DisposeAsync()), CancellationToken.None)
                .ConfigureAwait(false);
    }
}
