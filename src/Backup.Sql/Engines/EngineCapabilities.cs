namespace Backup.Sql.Engines;

/// <summary>
/// What an engine can do beyond the contract's obligations. A flag that is set is a promise that the conformance suite
/// checks; what is not set is refused at bind, before anything was touched. An engine whose databases differ implements
/// <see cref="IDatabaseAbilities"/>.
/// </summary>
[Flags]
public enum EngineCapabilities
{
    /// <summary>Snapshots of now, whole tables.</summary>
    None = 0,

    /// <summary>Catalogs and snapshots of past times (AS OF SYSTEM TIME).</summary>
    TimeTravel = 1,

    /// <summary>
    /// An export with a window that starts after <see cref="Catalog.HlcTimestamp.Zero"/> gives only the keys that
    /// changed in it, deletions included.
    /// </summary>
    ChangeExport = 2,

    /// <summary>An export can give every version of its window (revision_history). Implies the other two.</summary>
    RevisionHistory = 4,

    /// <summary>
    /// A database is exported as one page space; the engine implements <see cref="IPageSpaceReader"/>.
    /// </summary>
    PageSpaces = 8,

    /// <summary>
    /// History can be held back from collection; the engine implements <see cref="IRetentionHolds"/>.
    /// </summary>
    RetentionHolds = 16,

    /// <summary>Databases have several schemas.</summary>
    Schemas = 32,

    /// <summary>Single partitions of a table can be exported.</summary>
    Partitions = 64,

    /// <summary>
    /// Zones can be configured and rows kept out of backups; the engine implements <see cref="IZoneConfiguration"/>.
    /// </summary>
    ZoneConfiguration = 128,

    /// <summary>
    /// A lack, not an ability: snapshots are no consistent point while applications write. Such a store is backed up
    /// inside a pause only, and read to its end in it.
    /// </summary>
    NonTransactional = 256,

    /// <summary>
    /// A restore can replace the rows of a table that is there (<see cref="ObjectRestore.ReplacesRows"/>).
    /// </summary>
    ReplaceRows = 512,

    /// <summary>
    /// The engine remembers what it has published (<see cref="RestoreRequest.Remember"/>); it implements
    /// <see cref="IRestoreLedger"/>.
    /// </summary>
    RestoreLedger = 1024,
}
