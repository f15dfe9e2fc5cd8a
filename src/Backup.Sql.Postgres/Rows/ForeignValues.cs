using System.Text.Unicode;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Tells which values of other engines a column takes as they are. The server reads more out of a text than it says:
/// <c>today</c> would become a day, <c>0x1F</c> a number, and a column of SQLite may hold any of them.
/// </summary>
internal static class ForeignValues
{
    /// <summary>Above it a floating-point number skips whole ones.</summary>
    private const long LargestExact = 1L << 53;

    /// <summary>True when the column can hold the value without another meaning.</summary>
    public static bool Fit(in RecordReader value, IngestColumn column) => value.Kind switch
    {
        ValueKind.EngineSpecific => false,
        ValueKind.Text when !Utf8.IsValid(value.GetBytes()) => false,
        _ => FieldForms.Of(column.TypeId) switch
        {
            FieldForm.Int16 or FieldForm.Int32 or FieldForm.Int64 =>
                value.Kind is ValueKind.Integer or ValueKind.Boolean,
            FieldForm.Single or FieldForm.Double => value.Kind is ValueKind.Float
                || (value.Kind == ValueKind.Integer && value.GetInteger() is >= -LargestExact and <= LargestExact),
            FieldForm.Numeric =>
                value.Kind is ValueKind.Integer or ValueKind.Float or ValueKind.Decimal or ValueKind.Boolean,
            FieldForm.Boolean => value.Kind == ValueKind.Boolean
                || (value.Kind == ValueKind.Integer && value.GetInteger() is 0 or 1),
            FieldForm.Bytes => value.Kind == ValueKind.Bytes,
            FieldForm.Text => value.Kind != ValueKind.Bytes || IsKeptAsText(column.ForeignKind),
            FieldForm.Date or FieldForm.Time or FieldForm.Timestamp or FieldForm.TimestampTz or FieldForm.Interval
                or FieldForm.Uuid or FieldForm.Json or FieldForm.Jsonb or FieldForm.Array =>
                value.Kind is not (ValueKind.Integer or ValueKind.Float or ValueKind.Bytes or ValueKind.Boolean),
            _ => true,
        },
    };

    private static bool IsKeptAsText(ColumnKind? kind) => kind is ColumnKind.Any or ColumnKind.UserDefined;
}
