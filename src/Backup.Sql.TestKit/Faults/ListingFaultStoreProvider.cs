using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.Faults;

/// <summary>
/// Opens <see cref="ListingFaultStore"/>s around another provider's stores, so that whole statements meet listings that
/// are not right.
/// </summary>
public sealed class ListingFaultStoreProvider : IObjectStoreProvider
{
    private readonly IObjectStoreProvider _inner;
    private readonly ListingFaults _faults;

    /// <summary>Wraps a provider.</summary>
    /// <param name="inner">Opens the stores that really store.</param>
    /// <param name="faults">What is wrong with listings.</param>
    public ListingFaultStoreProvider(IObjectStoreProvider inner, ListingFaults faults)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(faults);
        _inner = inner;
        _faults = faults;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes => _inner.Schemes;

    /// <inheritdoc/>
    public void Check(StoreUri uri) => _inner.Check(uri);

    /// <inheritdoc/>
    public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var store = await _inner.OpenAsync(uri, cancellationToken).ConfigureAwait(false);
        return new ListingFaultStore(store, _faults, uri.ToString());
    }
}
