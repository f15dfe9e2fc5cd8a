namespace Backup.Sql.Storage;

/// <summary>
/// Keeps the secrets of locations apart from plans and job records: those carry references that only the vault
/// resolves.
/// </summary>
public interface ISecretVault
{
    /// <summary>Puts a location's secrets away.</summary>
    /// <param name="location">The location as it was given.</param>
    /// <returns>The location with a reference in the place of each secret; the same text if it holds none.</returns>
    string Seal(StoreUri location);

    /// <summary>Puts the secrets back.</summary>
    /// <param name="sealedLocation">What <see cref="Seal"/> gave.</param>
    /// <returns>The location as it was given.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 42704 when the vault does not hold a secret, naming the parameter.
    /// </exception>
    StoreUri Open(string sealedLocation);
}
