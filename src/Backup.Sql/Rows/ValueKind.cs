namespace Backup.Sql.Rows;

/// <summary>
/// The kind of one encoded value. The numbers are those of <see cref="Catalog.ColumnKind"/> and part of the format:
/// they are never reused.
/// </summary>
public enum ValueKind
{
    /// <summary>No value.</summary>
    Null = 0,

    /// <summary>True or false.</summary>
    Boolean = 1,

    /// <summary>A signed integer of up to 64 bits.</summary>
    Integer = 2,

    /// <summary>A binary floating-point number of 64 bits.</summary>
    Float = 3,

    /// <summary>A decimal number of any length, as text.</summary>
    Decimal = 4,

    /// <summary>Text in UTF-8. Engines that hold malformed text hand it on as it is.</summary>
    Text = 5,

    /// <summary>Bytes.</summary>
    Bytes = 6,

    /// <summary>Days since 1970-01-01; the extremes of 32 bits stand for infinity.</summary>
    Date = 7,

    /// <summary>Microseconds since midnight.</summary>
    Time = 8,

    /// <summary>Microseconds since 1970-01-01T00:00:00, no zone; the extremes of 64 bits stand for infinity.</summary>
    Timestamp = 9,

    /// <summary>Microseconds since 1970-01-01T00:00:00Z; the extremes of 64 bits stand for infinity.</summary>
    TimestampTz = 10,

    /// <summary>Months, days and microseconds.</summary>
    Interval = 11,

    /// <summary>A UUID.</summary>
    Uuid = 12,

    /// <summary>A JSON document as UTF-8 text.</summary>
    Json = 13,

    /// <summary>An array.</summary>
    Array = 14,

    /// <summary>A value of a user-defined type as its UTF-8 text.</summary>
    UserDefined = 15,

    /// <summary>A value that only the engine that wrote it understands: the name of a type, and bytes.</summary>
    EngineSpecific = 16,
}
