namespace Backup.Sql.Scenarios.Simulation.Corruption;

/// <summary>The types of objects that can stand for one another.</summary>
internal enum ObjectKind
{
    Manifest,
    Data,

    /// <summary>Digests of pages: increments compare with them, restores do without.</summary>
    Digest,

    /// <summary>What opens an encrypted chain.</summary>
    Key,
    Hint,
    Lock,
    Checkpoint,
    Claim,
    Void,
    Note,
    Tombstone,
}
