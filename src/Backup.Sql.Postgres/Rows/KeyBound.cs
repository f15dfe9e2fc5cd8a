using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Backup.Sql.Diagnostics;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Says a bound of a span in SQL, as far as that goes: a bound may be any bytes. What SQL lets through and the span
/// does not hold is left out when the keys are there.
/// </summary>
internal static class KeyBound
{
    /// <summary>
    /// A condition that every row on the bound's side of the key meets; null when there is none to say.
    /// </summary>
    /// <param name="table">A table with a key.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="isStart">Whether rows come after it.</param>
    public static string? ToSql(StoredTable table, ReadOnlySpan<byte> bound, bool isStart)
    {
        if (bound.IsEmpty)
            return null;
        var values = Texts(table, bound, table.OrderedPrefix)
            .Select((text, place) => $"{Quote.Text(text)}::{table.Columns[table.Key[place]].Type}").ToList();
        if (values.Count == 0)
            return null;
        var sign = isStart ? ">=" : "<=";
        return values.Count == 1
            ? $"{table.KeyList(1)} {sign} {values[0]}"
            : $"({table.KeyList(values.Count)}) {sign} ({string.Join(", ", values)})";
    }

    /// <summary>The values that a bound begins with, as texts, as long as they are of the key's own kinds.</summary>
    /// <param name="table">A table with a key.</param>
    /// <param name="bound">The bound, or a key.</param>
    /// <param name="most">How many values are wanted.</param>
    public static List<string> Texts(StoredTable table, ReadOnlySpan<byte> bound, int most)
    {
        var values = new List<string>();
        try
        {
            var reader = new KeyReader(bound);
            while (values.Count < most && reader.MoveNext())
            {
                var column = table.Columns[table.Key[values.Count]];
                if (Text(column.Form, ref reader) is not { } text)
                    break;
                values.Add(text);
            }
        }
        catch (BackupSqlException)
        {
            // Cut off in the middle of a value: what came before it still holds.
        }

        return values;
    }

    private static string? Text(FieldForm form, ref KeyReader reader) => (form, reader.Kind) switch
    {
        (FieldForm.Int16 or FieldForm.Int32 or FieldForm.Int64, ValueKind.Integer) =>
            reader.GetInteger().ToString(CultureInfo.InvariantCulture),
        (FieldForm.Boolean, ValueKind.Boolean) => reader.GetBoolean() ? "true" : "false",
        (FieldForm.Double or FieldForm.Single, ValueKind.Float) =>
            reader.GetFloat().ToString("R", CultureInfo.InvariantCulture),
        (FieldForm.Numeric, ValueKind.Decimal) or (FieldForm.Text, ValueKind.Text) => TextOf(ref reader),
        (FieldForm.Bytes, ValueKind.Bytes) => "\\x" + Convert.ToHexStringLower(BytesOf(ref reader)),
        (FieldForm.Uuid, ValueKind.Uuid) => reader.GetUuid().ToString(),
        (FieldForm.Date, ValueKind.Date) or (FieldForm.Time, ValueKind.Time)
            or (FieldForm.Timestamp, ValueKind.Timestamp) or (FieldForm.TimestampTz, ValueKind.TimestampTz)
            or (FieldForm.Interval, ValueKind.Interval) => TimeOf(ref reader),
        _ => null,
    };

    /// <summary>Null for what the server's types do not hold.</summary>
    private static string? TimeOf(ref KeyReader reader)
    {
        const long day = 86_400_000_000;
        const long firstDay = -2_440_588;
        Span<byte> text = stackalloc byte[TimeText.MaxLength];
        var value = reader.Kind == ValueKind.Interval ? 0 : reader.GetInteger();
        var length = reader.Kind switch
        {
            ValueKind.Date when value is <= firstDay and not int.MinValue => 0,
            ValueKind.Date => TimeText.Date(text, (int)value),
            ValueKind.Time when value is < 0 or > day => 0,
            ValueKind.Time => TimeText.Time(text, value),
            ValueKind.Interval => TimeText.Interval(text, reader.GetInterval()),
            _ when value is <= firstDay * day and not long.MinValue => 0,
            _ => TimeText.Timestamp(text, value, reader.Kind == ValueKind.TimestampTz),
        };
        return length == 0 ? null : Encoding.ASCII.GetString(text[..length]);
    }

    /// <summary>Null for what the server cannot hold.</summary>
    private static string? TextOf(ref KeyReader reader)
    {
        var bytes = BytesOf(ref reader);
        return bytes.Contains((byte)0) || !Utf8.IsValid(bytes) ? null : Encoding.UTF8.GetString(bytes);
    }

    private static byte[] BytesOf(ref KeyReader reader)
    {
        var bytes = new byte[reader.GetBytesLength()];
        reader.CopyBytesTo(bytes);
        return bytes;
    }
}
