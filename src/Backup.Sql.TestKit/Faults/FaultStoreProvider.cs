using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.Faults;

/// <summary>
/// Opens <see cref="FaultStore"/>s around another provider's stores, so that whole statements meet faults.
/// </summary>
public sealed class FaultStoreProvider : IObjectStoreProvider
{
    private readonly IObjectStoreProvider _inner;
    private readonly FaultScript _script;

    /// <summary>Wraps a provider.</summary>
    /// <param name="inner">Opens the stores that really store.</param>
    /// <param name="script">Counts calls and says which fail.</param>
    public FaultStoreProvider(IObjectStoreProvider inner, FaultScript script)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(script);
        _inner = inner;
        _script = script;
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
        return new FaultStore(store, _script, uri.ToString());
    }
}
