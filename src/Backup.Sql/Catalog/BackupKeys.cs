namespace Backup.Sql.Catalog;

/// <summary>
/// What a statement brings to encrypt a backup with, or to open an encrypted one. Secrets are references to the vault.
/// </summary>
internal sealed record BackupKeys
{
    /// <summary>The passphrase, sealed; null for none.</summary>
    public string? Passphrase { get; init; }

    /// <summary>The locations of master keys, sealed; empty for none.</summary>
    public IReadOnlyList<string> MasterKeys { get; init; } = [];

    /// <summary>
    /// The location of the encryption information, sealed, where it does not lie beside the full backup; null
    /// otherwise.
    /// </summary>
    public string? InfoLocation { get; init; }
}
