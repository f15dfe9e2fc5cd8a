namespace Backup.Sql.Storage;

/// <summary>Opens the stores of one kind: a URI's scheme picks the provider.</summary>
public interface IObjectStoreProvider
{
    /// <summary>The schemes served, lower case, without <c>://</c>.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>
    /// Checks a URI without touching the network or anything stored: required parts, known parameters, a path inside
    /// the root.
    /// </summary>
    /// <param name="uri">The location.</param>
    /// <exception cref="Diagnostics.BackupSqlException">22023 with the part that is wrong.</exception>
    void Check(StoreUri uri);

    /// <summary>Opens the store at a location. The location need not exist: writing creates it.</summary>
    /// <param name="uri">The location, checked.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The store; its names are relative to the location.</returns>
    ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default);
}
