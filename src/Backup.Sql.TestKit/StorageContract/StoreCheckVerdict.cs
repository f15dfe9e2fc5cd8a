namespace Backup.Sql.TestKit.StorageContract;

/// <summary>How a check of a store ended.</summary>
public enum StoreCheckVerdict
{
    /// <summary>The obligation is kept.</summary>
    Passed,

    /// <summary>The obligation is broken.</summary>
    Failed,

    /// <summary>The check needs an ability that the store declares absent.</summary>
    Skipped,
}
