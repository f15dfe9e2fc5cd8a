using System.Collections.Concurrent;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>Opens stores by their sealed location, with retries, limits and metrics around them.</summary>
internal sealed class StoreOpener(
    ObjectStoreProviders providers, ISecretVault vault, StoreOptions options, TimeProvider time, IRandomSource random)
{
    // Limits count per scheme, so all stores of a scheme share one pipeline.
    private readonly ConcurrentDictionary<string, StorePipeline> _pipelines = new(StringComparer.Ordinal);

    public async ValueTask<IObjectStore> OpenAsync(string sealedLocation, CancellationToken cancellationToken)
    {
        var uri = vault.Open(sealedLocation);
        var store = await providers.Resolve(uri).OpenAsync(uri, cancellationToken).ConfigureAwait(false);
        return _pipelines.GetOrAdd(uri.Scheme, scheme => new StorePipeline(scheme, options, time, random)).Wrap(store);
    }
}
