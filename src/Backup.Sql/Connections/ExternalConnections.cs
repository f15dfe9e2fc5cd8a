using Backup.Sql.Diagnostics;
using Backup.Sql.State;
using Backup.Sql.Storage;

namespace Backup.Sql.Connections;

/// <summary>The external connections in the state store.</summary>
internal sealed class ExternalConnections(IStateStore store, ISecretVault vault) : INamedLocations
{
    private readonly StateTable<ConnectionRecord> _connections =
        new(store, "connection", ConnectionsJsonContext.Default.ConnectionRecord);

    public async ValueTask<ConnectionRecord?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await _connections.FindAsync(name, cancellationToken).ConfigureAwait(false))?.Value;

    public async ValueTask<ConnectionRecord> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken).ConfigureAwait(false) is { } found)
            return found;
        var all = await ListAsync(cancellationToken).ConfigureAwait(false);
        throw Errors.ConnectionNotFound(name, all.Select(connection => connection.Name));
    }

    public async ValueTask<IReadOnlyList<ConnectionRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await _connections.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Select(stored => stored.Value)];
    }

    /// <summary>Adds a connection.</summary>
    /// <returns>False if the name is taken.</returns>
    public ValueTask<bool> TryAddAsync(ConnectionRecord connection, CancellationToken cancellationToken) =>
        _connections.TryAddAsync(connection.Name, connection, cancellationToken);

    /// <summary>Makes a connection stand for another location.</summary>
    /// <returns>False if there is none of that name.</returns>
    public async ValueTask<bool> TryChangeAsync(
        string name, string location, ConnectionType type, CancellationToken cancellationToken) =>
        await _connections.UpdateAsync(
            name, seen => seen with { Location = location, Type = type }, cancellationToken)
                .ConfigureAwait(false) is not null;

    /// <summary>Removes a connection; having none of that name is fine.</summary>
    public async ValueTask RemoveAsync(string name, CancellationToken cancellationToken)
    {
        while (await _connections.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } seen)
        {
            if (await _connections.TryRemoveAsync(seen, cancellationToken).ConfigureAwait(false))
                return;
        }
    }

    public async ValueTask<StoreUri> ResolveAsync(StoreUri named, CancellationToken cancellationToken)
    {
        // A connection may stand for a place below another one; each of them once.
        var passed = new HashSet<string>(StringComparer.Ordinal);
        while (named.IsNamed)
        {
            if (!passed.Add(named.Host))
                throw Errors.CircularConnection(named.Host);
            var connection = await GetAsync(named.Host, cancellationToken).ConfigureAwait(false);
            named = vault.Open(connection.Location).Below(named.Path);
        }

        return named;
    }

    /// <summary>Refuses a location by which a connection would come to stand for itself.</summary>
    public async ValueTask RefuseCircleAsync(string name, StoreUri location, CancellationToken cancellationToken)
    {
        var passed = new HashSet<string>(StringComparer.Ordinal) { name };
        while (location.IsNamed)
        {
            if (!passed.Add(location.Host))
                throw Errors.CircularConnection(location.Host);
            var connection = await GetAsync(location.Host, cancellationToken).ConfigureAwait(false);
            location = StoreUri.Parse(connection.Location);
        }
    }
}
