namespace Backup.Sql.Collections.Sealing;

/// <summary>One change to what opens a chain: keys are added, or a passphrase is dropped.</summary>
/// <param name="Old">Opens the chain now; null where a passphrase is dropped.</param>
/// <param name="New">Is to open it too; null where a passphrase is dropped.</param>
/// <param name="Dropped">The passphrase that is no longer to open it; null where keys are added.</param>
internal sealed record KeyChange(ChainKeys? Old, ChainKeys? New, string? Dropped);
