using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>The providers of a host, found by the scheme of a location.</summary>
public sealed class ObjectStoreProviders
{
    private readonly Dictionary<string, IObjectStoreProvider> _providers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StorePipeline> _pipelines = new(StringComparer.Ordinal);

    /// <summary>Gathers providers.</summary>
    /// <param name="providers">The providers; no two may serve one scheme.</param>
    /// <exception cref="BackupSqlException">42710 two providers serve one scheme.</exception>
    public ObjectStoreProviders(IEnumerable<IObjectStoreProvider> providers)
    {
        ArgumentNullException.ThrowIfNull(providers);
        foreach (var provider in providers)
        {
            foreach (var scheme in provider.Schemes)
            {
                if (!_providers.TryAdd(scheme, provider))
                    throw Errors.SchemeServedTwice(scheme);
            }
        }
    }

    /// <summary>
    /// Gives the options for a scheme. It is asked whenever a store is opened; when its answer changes, the
    /// limits change for all stores of the scheme, and stores opened later follow all of it.
    /// Default: the defaults of <see cref="StoreOptions"/>.
    /// </summary>
    public Func<string, StoreOptions> Options { get; init; } = static _ => new StoreOptions();

    /// <summary>The clock of retries, limits and metrics. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Spreads the pauses between retries. Default: the operating system's random numbers.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>The schemes served, in alphabetical order.</summary>
    public IReadOnlyList<string> Schemes => [.. _providers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Finds the provider of a location.</summary>
    /// <param name="uri">The location.</param>
    /// <returns>Its provider.</returns>
    /// <exception cref="BackupSqlException">
    /// 0A000 nobody serves the scheme; the hint names those that are served.
    /// </exception>
    public IObjectStoreProvider Resolve(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return _providers.TryGetValue(uri.Scheme, out var provider)
            ? provider
            : throw Errors.SchemeNotServed(uri.Scheme, Schemes);
    }

    /// <summary>Opens the store at a location, with retries, limits and metrics around it.</summary>
    /// <param name="uri">The location.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The store.</returns>
    /// <exception cref="BackupSqlException">
    /// 0A000 as <see cref="Resolve"/>; 22023 the location is not valid.
    /// </exception>
    public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        Check(uri);
        var provider = Resolve(uri);
        return await Pipeline(uri.Scheme).OpenAsync(provider, uri, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks a location without touching the network or anything stored.</summary>
    /// <param name="uri">The location.</param>
    /// <exception cref="BackupSqlException">
    /// 0A000 as <see cref="Resolve"/>; 22023 the location is not valid.
    /// </exception>
    internal void Check(StoreUri uri)
    {
        var provider = Resolve(uri);
        if (uri.Text.Contains('#', StringComparison.Ordinal))
            throw Errors.LocationWithFragment();
        GuardedObjectStore.Call(
            uri.Scheme, GuardedObjectStore.OpenVerb, "", () =>
            {
                provider.Check(uri);
                return true;
            });
    }

    private StorePipeline Pipeline(string scheme)
    {
        var options = Options(scheme);
        lock (_lock)
        {
            if (!_pipelines.TryGetValue(scheme, out var pipeline) || pipeline.Options != options)
            {
                pipeline = pipeline?.With(options, Random)
                    ?? new StorePipeline(scheme, options, TimeProvider, Random);
                _pipelines[scheme] = pipeline;
            }

            return pipeline;
        }
    }
}
