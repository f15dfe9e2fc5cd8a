using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>Opens the key services of one kind: the scheme of a key's location picks the provider.</summary>
public interface IKeyManagementProvider
{
    /// <summary>The schemes served, lower case, without <c>://</c>.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>
    /// Checks a key's location without touching the network or anything stored: parameters that are needed and not
    /// given, values and names of parameters that are not known. That the location names a key, and no host, was
    /// checked before.
    /// </summary>
    /// <param name="uri">The location.</param>
    /// <exception cref="Diagnostics.BackupSqlException">22023 with the part that is wrong.</exception>
    void Check(StoreUri uri);

    /// <summary>Reaches the key that a location names.</summary>
    /// <param name="uri">The location, checked.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key; disposing it forgets whatever it holds of it.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">As of <see cref="IKeyManagementService"/>.</exception>
    ValueTask<IKeyManagementService> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default);
}
