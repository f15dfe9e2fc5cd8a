namespace Backup.Sql.Keys;

/// <summary>
/// A master key that wraps data keys. It stays where it is: a data key goes there and comes back wrapped, and only
/// wrapped keys lie beside a backup.
/// </summary>
/// <remarks>
/// Obligations: what was wrapped can be unwrapped for as long as the master key exists, whatever happens to its current
/// version in between; both calls may be repeated at any time and run concurrently with every other; nothing that is
/// given or returned is kept. Wrapping binds the context, and unwrapping with another one fails.
/// Errors are <see cref="Diagnostics.BackupSqlException"/>s: 42501 the service does not know the credentials or does
/// not allow the call; 42704 there is no such key; 55000 the key exists and cannot be used now (switched off, about to
/// be destroyed); XX001 the wrapped bytes are damaged, of another key, or bound to another context; 58030 the service
/// cannot be reached or failed, with <c>Transient</c> set where another try may succeed (the registry, <see
/// cref="KeyServices"/>, tries again). No secret and no key material enters an error, a log or a metric.
/// </remarks>
public interface IKeyManagementService : IAsyncDisposable
{
    /// <summary>
    /// Names the master key: the same text however the key is reached and whatever it is called at the moment, and no
    /// secret. Its SHA-256 names the key's slot in a backup.
    /// </summary>
    string KeyId { get; }

    /// <summary>Wraps a data key.</summary>
    /// <param name="key">The key, 1 to 1024 bytes.</param>
    /// <param name="context">What the key is for, at most 1024 bytes; not a secret. Empty for nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The wrapped key, at most 8192 bytes; no secret.</returns>
    ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default);

    /// <summary>Unwraps a data key.</summary>
    /// <param name="wrapped">What <see cref="WrapAsync"/> gave.</param>
    /// <param name="context">What it was bound to.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key; the caller zeroes it when it is no longer needed.</returns>
    ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default);
}
