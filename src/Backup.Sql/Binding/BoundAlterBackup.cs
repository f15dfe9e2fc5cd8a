using Backup.Sql.Catalog;

namespace Backup.Sql.Binding;

/// <summary>ALTER BACKUP.</summary>
/// <param name="Collection">The collection, or the backup's own location, sealed.</param>
/// <param name="Subdirectory">The sub-directory; null for LATEST; empty for a backup at the location itself.</param>
/// <param name="Changes">What is done, in order.</param>
internal sealed record BoundAlterBackup(
    string Collection, string? Subdirectory, IReadOnlyList<BoundKeyChange> Changes) : BoundStatement
{
    public override string Effect() =>
        "puts another object with the chain's wrapped key beside the full backup"
        + (Changes.Any(change => change.Dropped is not null) ? " and deletes the earlier ones" : "")
        + "; touches no data";
}

/// <summary>One change of ALTER BACKUP.</summary>
/// <param name="Old">What opens the chain now; null where a passphrase is dropped.</param>
/// <param name="New">What is to open it too; null where a passphrase is dropped.</param>
/// <param name="Dropped">The passphrase that is dropped, sealed; null where keys are added.</param>
internal sealed record BoundKeyChange(BackupKeys? Old, BackupKeys? New, string? Dropped);
