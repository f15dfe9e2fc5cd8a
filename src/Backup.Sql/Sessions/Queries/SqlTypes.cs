using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>Names and kinds of the types of values.</summary>
internal static class SqlTypes
{
    /// <summary>The type's name as statements write it.</summary>
    public static string ToText(this SqlType type) => type switch
    {
        SqlType.TimestampTz => "TIMESTAMPTZ",
        SqlType.StringArray => "STRING[]",
        _ => type.ToString().ToUpperInvariant(),
    };

    public static bool IsNumber(this SqlType type) =>
        type is SqlType.Int or SqlType.Decimal or SqlType.Float;

    public static SqlType Of(ResultType type) => type switch
    {
        ResultType.Int => SqlType.Int,
        ResultType.Float => SqlType.Float,
        ResultType.Bool => SqlType.Bool,
        ResultType.Bytes => SqlType.Bytes,
        ResultType.Json => SqlType.Json,
        ResultType.TimestampTz => SqlType.TimestampTz,
        ResultType.StringArray => SqlType.StringArray,
        _ => SqlType.String,
    };

    public static SqlType Of(LiteralType type) => type switch
    {
        LiteralType.Interval => SqlType.Interval,
        LiteralType.Decimal => SqlType.Decimal,
        _ => SqlType.TimestampTz,
    };

    /// <summary>The type that a name in a cast means; null when there is none of that name.</summary>
    public static SqlType? Of(TypeName type) => (type.Name.Text.ToLowerInvariant(), type.IsArray) switch
    {
        ("bool" or "boolean", false) => SqlType.Bool,
        ("int" or "int2" or "int4" or "int8" or "int64" or "integer" or "bigint" or "smallint", false) => SqlType.Int,
        ("decimal" or "dec" or "numeric", false) => SqlType.Decimal,
        ("float" or "float4" or "float8" or "double" or "real", false) => SqlType.Float,
        ("string" or "text" or "varchar" or "char" or "character", false) => SqlType.String,
        ("bytes" or "bytea" or "blob", false) => SqlType.Bytes,
        ("json" or "jsonb", false) => SqlType.Json,
        ("timestamptz" or "timestamp" or "date", false) => SqlType.TimestampTz,
        ("interval", false) => SqlType.Interval,
        ("string" or "text" or "varchar", true) => SqlType.StringArray,
        _ => null,
    };
}
