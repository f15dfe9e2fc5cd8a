namespace Backup.Sql.Tuning;

/// <summary>The types of cluster settings.</summary>
internal enum SettingType
{
    /// <summary>Bytes, written with a unit.</summary>
    Size,

    /// <summary>A whole number.</summary>
    Integer,

    Boolean,

    /// <summary>Milliseconds, written with a unit.</summary>
    Duration,

    /// <summary>One of some words.</summary>
    Enumeration,
}
