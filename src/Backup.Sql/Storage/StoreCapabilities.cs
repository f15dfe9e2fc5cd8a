namespace Backup.Sql.Storage;

/// <summary>What a store can do. Probed when it is opened, never assumed.</summary>
[Flags]
public enum StoreCapabilities
{
    /// <summary>Nothing beyond the obligations of every store.</summary>
    None = 0,

    /// <summary>A put can be made conditional on the name's being free, decided by the store itself.</summary>
    ConditionalPut = 1,

    /// <summary>A listing that starts after a put was acknowledged shows the object.</summary>
    StrongListing = 2,

    /// <summary>Objects cannot be deleted before their retention ends.</summary>
    ObjectLock = 4,

    /// <summary>Nothing can be written.</summary>
    ReadOnly = 8,

    /// <summary>Many objects can be deleted by one request.</summary>
    BatchDelete = 16,
}
