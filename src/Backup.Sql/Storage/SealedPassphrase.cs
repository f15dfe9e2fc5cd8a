namespace Backup.Sql.Storage;

/// <summary>
/// Passphrases go to the vault, which knows locations, as the secret of a location that no provider serves.
/// </summary>
internal static class SealedPassphrase
{
    private const string Parameter = "CREDENTIALS";
    private const string Carrier = $"passphrase:///?{Parameter}=";

    /// <summary>Puts a passphrase away.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <returns>A reference to it.</returns>
    public static string Seal(ISecretVault vault, string passphrase) =>
        vault.Seal(StoreUri.Parse(Carrier + Uri.EscapeDataString(passphrase)));

    /// <summary>Takes a passphrase out.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="reference">What <see cref="Seal"/> gave.</param>
    /// <returns>The passphrase.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">42704 the vault does not hold it.</exception>
    public static string Open(ISecretVault vault, string reference) => vault.Open(reference).Parameters[Parameter];
}
