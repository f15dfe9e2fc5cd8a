using System.Collections.Concurrent;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Opens <c>mem://name</c>, with a path below the name if wanted. What is stored lives as long as the provider; equal
/// names mean the same objects.
/// </summary>
public sealed class MemoryObjectStoreProvider : IObjectStoreProvider
{
    private readonly ConcurrentDictionary<string, MemoryBucket> _buckets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["mem"];

    /// <inheritdoc/>
    public void Check(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        uri.RefuseParametersExcept();
        if (uri.Host.Length == 0)
            throw Errors.MemoryLocationWithoutName();
        if (Location(uri) is { Length: > 0 } location && !ObjectName.IsValid(location.AsSpan(0, location.Length - 1)))
            throw Errors.InvalidLocationPath(uri.ToString());
    }

    /// <inheritdoc/>
    public ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Check(uri);
        var bucket = _buckets.GetOrAdd(uri.Host, _ => new MemoryBucket());
        return new(new MemoryObjectStore(bucket, Location(uri)));
    }

    // What stands before the names of the location's objects: nothing, or a path that ends with a slash.
    private static string Location(StoreUri uri) =>
        uri.Path.Trim('/') is { Length: > 0 } path ? path + "/" : "";
}
