namespace Backup.Sql.Access;

/// <summary>What somebody may be allowed to do. Which of them an object knows is told by its kind.</summary>
[Flags]
public enum Privilege
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>BACKUP: of the whole cluster, a database or a table, as the object says.</summary>
    Backup = 1,

    /// <summary>RESTORE: of the cluster and of databases (system), of tables into a database.</summary>
    Restore = 2,

    /// <summary>EXTERNALCONNECTION: make external connections.</summary>
    ExternalConnection = 4,

    /// <summary>
    /// EXTERNALIOIMPLICITACCESS: use the credentials of the machine, custom endpoints and its local files.
    /// </summary>
    ExternalIoImplicitAccess = 8,

    /// <summary>CONTROLJOB: pause, resume and cancel jobs of others.</summary>
    ControlJob = 16,

    /// <summary>VIEWJOB: see jobs of others.</summary>
    ViewJob = 32,

    /// <summary>VIEWCLUSTERMETADATA: see locations of connections with their secrets.</summary>
    ViewClusterMetadata = 64,

    /// <summary>REPAIRCLUSTER: alter schedules of others.</summary>
    RepairCluster = 128,

    /// <summary>USAGE of an external connection.</summary>
    Usage = 256,

    /// <summary>DROP of an external connection.</summary>
    Drop = 512,

    /// <summary>UPDATE: make an external connection stand for another location.</summary>
    Update = 1024,

    /// <summary>REPOSITORY ON SYSTEM: repositories and snapshots.</summary>
    Repository = 2048,

    /// <summary>EXPORT: tables into snapshots.</summary>
    Export = 4096,
}
