namespace Backup.Sql.Syntax;

/// <summary>What RECOVER brings back.</summary>
public enum RecoverObject
{
    /// <summary>DATABASE.</summary>
    Database,

    /// <summary>TABLE.</summary>
    Table,

    /// <summary>PARTITION.</summary>
    Partition,
}
