namespace Backup.Sql.Postgres.Rows;

/// <summary>How the bytes of a field of a binary COPY are to be read.</summary>
internal enum FieldForm
{
    /// <summary>The text of a type that has no neutral kind.</summary>
    UserDefined,
    Boolean,
    Int16,
    Int32,
    Int64,
    Single,
    Double,
    Numeric,
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Json,

    /// <summary>A version byte, then the text.</summary>
    Jsonb,
    Array,
}
