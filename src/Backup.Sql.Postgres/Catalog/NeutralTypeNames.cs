using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>Which of PostgreSQL's types a neutral one is, by its full name.</summary>
internal static class NeutralTypeNames
{
    public static string Of(ColumnType type) => (type.Kind, type.Precision, type.Scale) switch
    {
        (ColumnKind.Boolean, _, _) => "boolean",
        (ColumnKind.Integer, <= 16, _) => "smallint",
        (ColumnKind.Integer, <= 32, _) => "integer",
        (ColumnKind.Integer, _, _) => "bigint",
        (ColumnKind.Float, <= 32, _) => "real",
        (ColumnKind.Float, _, _) => "double precision",
        (ColumnKind.Decimal, > 0 and <= 1000 and var digits, var scale) =>
            FormattableString.Invariant($"numeric({digits},{scale ?? 0})"),
        (ColumnKind.Decimal, _, _) => "numeric",
        (ColumnKind.Text, > 0 and var length, _) => FormattableString.Invariant($"character varying({length})"),
        (ColumnKind.Bytes, _, _) => "bytea",
        (ColumnKind.Date, _, _) => "date",
        (ColumnKind.Time, _, _) => "time without time zone",
        (ColumnKind.Timestamp, _, _) => "timestamp without time zone",
        (ColumnKind.TimestampTz, _, _) => "timestamp with time zone",
        (ColumnKind.Interval, _, _) => "interval",
        (ColumnKind.Uuid, _, _) => "uuid",
        (ColumnKind.Json, _, _) => "jsonb",
        (ColumnKind.Array, _, _) when type.Element is { } element => Of(element) + "[]",
        _ => "text",
    };
}
