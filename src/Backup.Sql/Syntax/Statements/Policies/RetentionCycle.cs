namespace Backup.Sql.Syntax;

/// <summary>The cycles of a rotation, in the order of the canonical text.</summary>
public enum RetentionCycle
{
    /// <summary>LAST: the newest, whatever their age; only in DROP BACKUPS.</summary>
    Last,

    /// <summary>HOURLY.</summary>
    Hourly,

    /// <summary>DAILY.</summary>
    Daily,

    /// <summary>WEEKLY.</summary>
    Weekly,

    /// <summary>MONTHLY.</summary>
    Monthly,

    /// <summary>YEARLY.</summary>
    Yearly,
}
