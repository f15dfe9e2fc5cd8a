namespace Backup.Sql.Sessions.Queries;

/// <summary>The types of values inside an expression; NULL has all of them.</summary>
internal enum SqlType
{
    /// <summary>The type of a bare NULL.</summary>
    Null,

    /// <summary><see cref="bool"/>.</summary>
    Bool,

    /// <summary><see cref="long"/>.</summary>
    Int,

    /// <summary><see cref="decimal"/>.</summary>
    Decimal,

    /// <summary><see cref="double"/>.</summary>
    Float,

    /// <summary><see cref="string"/>.</summary>
    String,

    /// <summary>An array of <see cref="byte"/>.</summary>
    Bytes,

    /// <summary><see cref="string"/> that holds a document.</summary>
    Json,

    /// <summary><see cref="DateTimeOffset"/>.</summary>
    TimestampTz,

    /// <summary><see cref="TimeSpan"/>.</summary>
    Interval,

    /// <summary>An array of <see cref="string"/>.</summary>
    StringArray,
}
