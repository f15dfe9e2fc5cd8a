using Backup.Sql.Postgres.Catalog;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Which form the fields of a type have.</summary>
internal static class FieldForms
{
    /// <summary>The form of a type; of a domain the type below is asked for.</summary>
    public static FieldForm Of(uint type) => type switch
    {
        16 => FieldForm.Boolean,
        21 => FieldForm.Int16,
        23 => FieldForm.Int32,
        20 => FieldForm.Int64,
        700 => FieldForm.Single,
        701 => FieldForm.Double,
        1700 => FieldForm.Numeric,
        19 or 25 or 1042 or 1043 => FieldForm.Text,
        17 => FieldForm.Bytes,
        1082 => FieldForm.Date,
        1083 => FieldForm.Time,
        1114 => FieldForm.Timestamp,
        1184 => FieldForm.TimestampTz,
        1186 => FieldForm.Interval,
        2950 => FieldForm.Uuid,
        114 => FieldForm.Json,
        3802 => FieldForm.Jsonb,
        _ => NeutralTypes.ElementOf(type) == 0 ? FieldForm.UserDefined : FieldForm.Array,
    };

    /// <summary>
    /// True when the server's order of the values is the order of keys; of texts that depends on the collation.
    /// </summary>
    public static bool IsOrderedLikeKeys(FieldForm form, bool isBinaryCollation) => form switch
    {
        FieldForm.Boolean or FieldForm.Int16 or FieldForm.Int32 or FieldForm.Int64 or FieldForm.Single
            or FieldForm.Double or FieldForm.Numeric or FieldForm.Bytes or FieldForm.Date or FieldForm.Time
            or FieldForm.Timestamp or FieldForm.TimestampTz or FieldForm.Interval or FieldForm.Uuid => true,
        FieldForm.Text => isBinaryCollation,
        _ => false,
    };
}
