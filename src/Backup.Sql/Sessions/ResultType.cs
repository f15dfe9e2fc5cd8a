namespace Backup.Sql.Sessions;

/// <summary>The types of result columns, with the CLR type of their values. Any value may be null.</summary>
public enum ResultType
{
    /// <summary>INT: <see cref="long"/>.</summary>
    Int,

    /// <summary>FLOAT: <see cref="double"/>.</summary>
    Float,

    /// <summary>STRING: <see cref="string"/>.</summary>
    String,

    /// <summary>BOOL: <see cref="bool"/>.</summary>
    Bool,

    /// <summary>BYTES: an array of <see cref="byte"/>.</summary>
    Bytes,

    /// <summary>JSON: <see cref="string"/> that holds the document.</summary>
    Json,

    /// <summary>TSTZ: <see cref="DateTimeOffset"/> in UTC, whole microseconds.</summary>
    TimestampTz,

    /// <summary>STRING[]: an array of <see cref="string"/>.</summary>
    StringArray,
}
