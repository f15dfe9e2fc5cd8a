using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>
/// Stands between a host's key service and the library, as <see cref="GuardedObjectStore"/> does for stores: whatever
/// it throws comes out as an error of the library, with its own as the cause.
/// </summary>
internal sealed class GuardedKeyService(IKeyManagementService inner, string scheme) : IKeyManagementService
{
    private const string Verb = "use a key";

    public string KeyId => inner.KeyId;

    public ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default) =>
        AskAsync(() => inner.WrapAsync(key, context, cancellationToken), cancellationToken);

    public ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default) =>
        AskAsync(() => inner.UnwrapAsync(wrapped, context, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<byte[]> AskAsync(Func<ValueTask<byte[]>> call, CancellationToken cancellationToken) =>
        await GuardedObjectStore.CallAsync(scheme, Verb, "", call, cancellationToken).ConfigureAwait(false)
        ?? throw Errors.StoreBroke(scheme, Verb, "", null);
}
