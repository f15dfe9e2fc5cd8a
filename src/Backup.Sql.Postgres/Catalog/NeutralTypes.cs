using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Which neutral kind the values of a column have: catalog and export must agree on it. Domains count as the type below
/// them. What is not listed is <see cref="ColumnKind.UserDefined"/>: its values travel as their text.
/// </summary>
internal static class NeutralTypes
{
    /// <summary>The kind of a type that is neither a domain nor an array; else of the type below.</summary>
    /// <param name="type">The type's oid.</param>
    public static ColumnKind KindOf(uint type) => type switch
    {
        16 => ColumnKind.Boolean,
        20 or 21 or 23 => ColumnKind.Integer,
        700 or 701 => ColumnKind.Float,
        1700 => ColumnKind.Decimal,
        19 or 25 or 1042 or 1043 => ColumnKind.Text,
        17 => ColumnKind.Bytes,
        1082 => ColumnKind.Date,
        1083 => ColumnKind.Time,
        1114 => ColumnKind.Timestamp,
        1184 => ColumnKind.TimestampTz,
        1186 => ColumnKind.Interval,
        2950 => ColumnKind.Uuid,
        114 or 3802 => ColumnKind.Json,
        _ => ElementOf(type) == 0 ? ColumnKind.UserDefined : ColumnKind.Array,
    };

    /// <summary>
    /// The element's type of an array of a listed type; 0 for all others: arrays of enums, domains and the like are
    /// user-defined values.
    /// </summary>
    /// <param name="arrayType">The array type's oid.</param>
    public static uint ElementOf(uint arrayType) => arrayType switch
    {
        1000 => 16,
        1016 => 20,
        1005 => 21,
        1007 => 23,
        1021 => 700,
        1022 => 701,
        1231 => 1700,
        1003 => 19,
        1009 => 25,
        1014 => 1042,
        1015 => 1043,
        1001 => 17,
        1182 => 1082,
        1183 => 1083,
        1115 => 1114,
        1185 => 1184,
        1187 => 1186,
        2951 => 2950,
        199 => 114,
        3807 => 3802,
        _ => 0,
    };
}
