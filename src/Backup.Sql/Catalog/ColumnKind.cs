namespace Backup.Sql.Catalog;

/// <summary>The neutral kinds of value. The numbers are part of the format: they are never reused.</summary>
public enum ColumnKind
{
    /// <summary>Any value of any kind, as SQLite's columns hold them.</summary>
    Any = 0,

    /// <summary>True or false.</summary>
    Boolean = 1,

    /// <summary>A signed integer of up to 64 bits.</summary>
    Integer = 2,

    /// <summary>A binary floating-point number of 64 bits.</summary>
    Float = 3,

    /// <summary>A decimal number.</summary>
    Decimal = 4,

    /// <summary>Text.</summary>
    Text = 5,

    /// <summary>Bytes.</summary>
    Bytes = 6,

    /// <summary>A day.</summary>
    Date = 7,

    /// <summary>A time of day.</summary>
    Time = 8,

    /// <summary>Date and time of day without a zone.</summary>
    Timestamp = 9,

    /// <summary>An instant.</summary>
    TimestampTz = 10,

    /// <summary>Months, days and microseconds.</summary>
    Interval = 11,

    /// <summary>A UUID.</summary>
    Uuid = 12,

    /// <summary>A JSON document.</summary>
    Json = 13,

    /// <summary>An array of one element type.</summary>
    Array = 14,

    /// <summary>A value of a user-defined type, stored as its text.</summary>
    UserDefined = 15,
}
