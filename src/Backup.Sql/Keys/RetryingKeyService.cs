using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>Tries calls of a key service again whose errors are transient; each may be repeated.</summary>
internal sealed class RetryingKeyService(IKeyManagementService inner, RetryPolicy retries) : IKeyManagementService
{
    public string KeyId => inner.KeyId;

    public ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default) =>
        retries.RunAsync(token => inner.WrapAsync(key, context, token), cancellationToken);

    public ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default) =>
        retries.RunAsync(token => inner.UnwrapAsync(wrapped, context, token), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
