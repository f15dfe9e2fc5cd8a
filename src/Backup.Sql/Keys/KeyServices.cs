using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>The key services of a host, found by the scheme of a key's location.</summary>
public sealed class KeyServices
{
    private const string OpenVerb = "open a key";

    private readonly Dictionary<string, IKeyManagementProvider> _providers = new(StringComparer.Ordinal);

    /// <summary>Gathers providers.</summary>
    /// <param name="providers">The providers; no two may serve one scheme.</param>
    /// <exception cref="BackupSqlException">42710 two providers serve one scheme.</exception>
    public KeyServices(IEnumerable<IKeyManagementProvider> providers)
    {
        ArgumentNullException.ThrowIfNull(providers);
        foreach (var provider in providers)
        {
            foreach (var scheme in provider.Schemes)
            {
                if (!_providers.TryAdd(scheme, provider))
                    throw Errors.KeySchemeServedTwice(scheme);
            }
        }
    }

    /// <summary>
    /// How failed calls are tried again; of these options no others count. Default: those of <see
    /// cref="StoreOptions"/>.
    /// </summary>
    public StoreOptions Options { get; init; } = new();

    /// <summary>The clock of retries. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Spreads the pauses between retries. Default: the operating system's random numbers.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>The schemes served, in alphabetical order.</summary>
    public IReadOnlyList<string> Schemes => [.. _providers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Tells locations of keys from locations of backups.</summary>
    /// <param name="uri">A location of any kind.</param>
    /// <returns>True if it names a key, also one that no provider here serves.</returns>
    public bool Names(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return KeyLocation.Is(uri) || (_providers.ContainsKey(uri.Scheme) && uri.Host.Length == 0);
    }

    /// <summary>Checks a key's location as far as its text goes.</summary>
    /// <param name="uri">The location; not one of scheme <c>external</c>.</param>
    /// <exception cref="BackupSqlException">
    /// 0A000 nobody serves the scheme, the hint names those that are served; 22023 as <see
    /// cref="IKeyManagementProvider.Check"/>.
    /// </exception>
    public void Check(StoreUri uri)
    {
        var provider = Resolve(uri);
        GuardedObjectStore.Call(
            uri.Scheme, OpenVerb, "", () =>
            {
                provider.Check(uri);
                return true;
            });
    }

    /// <summary>Reaches a key, with retries around every call.</summary>
    /// <param name="uri">Its location; not one of scheme <c>external</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key.</returns>
    /// <exception cref="BackupSqlException">
    /// As <see cref="Check"/>, and as of <see cref="IKeyManagementService"/>.
    /// </exception>
    public async ValueTask<IKeyManagementService> OpenAsync(
        StoreUri uri, CancellationToken cancellationToken = default)
    {
        var provider = Resolve(uri);
        Check(uri);
        var retries = new RetryPolicy(Options, TimeProvider, Random);
        var service = await retries.RunAsync(
            token => GuardedObjectStore.CallAsync(
                uri.Scheme, OpenVerb, "", () => provider.OpenAsync(uri, token), token), cancellationToken)
            .ConfigureAwait(false);
        return new RetryingKeyService(
            new GuardedKeyService(service ?? throw Errors.StoreBroke(uri.Scheme, OpenVerb, "", null), uri.Scheme),
            retries);
    }

    private IKeyManagementProvider Resolve(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!_providers.TryGetValue(uri.Scheme, out var provider))
            throw Errors.KeySchemeNotServed(uri.Scheme, Schemes);
        KeyLocation.Check(uri);
        return provider;
    }
}
