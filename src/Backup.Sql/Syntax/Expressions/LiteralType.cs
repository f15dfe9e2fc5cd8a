namespace Backup.Sql.Syntax;

/// <summary>The types that may stand before a string.</summary>
public enum LiteralType
{
    /// <summary>INTERVAL.</summary>
    Interval,

    /// <summary>TIMESTAMP.</summary>
    Timestamp,

    /// <summary>TIMESTAMPTZ.</summary>
    TimestampTz,

    /// <summary>DATE.</summary>
    Date,

    /// <summary>DECIMAL.</summary>
    Decimal,
}
