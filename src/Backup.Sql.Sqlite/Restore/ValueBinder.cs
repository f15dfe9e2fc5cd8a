using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// Binds the values of records to the parameters of an INSERT. Kinds that SQLite has no storage class for become text
/// in the form that its date functions and people read.
/// </summary>
internal static class ValueBinder
{
    private const int LongestText = 64;
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <summary>
    /// Binds the value at which a reader stands; the record stays pinned until the statement is reset.
    /// </summary>
    public static void Bind(Statement insert, int parameter, in RecordReader value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                insert.BindNull(parameter);
                break;
            case ValueKind.Integer:
                insert.BindInteger(parameter, value.GetInteger());
                break;
            case ValueKind.Float:
                insert.BindFloat(parameter, value.GetFloat());
                break;
            case ValueKind.Text or ValueKind.Json or ValueKind.UserDefined or ValueKind.Decimal:
                insert.BindPinnedText(parameter, value.GetBytes());
                break;
            case ValueKind.Bytes or ValueKind.EngineSpecific:
                insert.BindPinnedBlob(parameter, value.GetBytes());
                break;
            case ValueKind.Boolean:
                insert.BindInteger(parameter, value.GetBoolean() ? 1 : 0);
                break;
            case ValueKind.Array:
                insert.BindText(parameter, ArrayText(value));
                break;
            default:
                BindText(insert, parameter, value);
                break;
        }
    }

    private static void BindText(Statement insert, int parameter, in RecordReader value)
    {
        Span<byte> text = stackalloc byte[LongestText];
        insert.BindCopiedText(parameter, text[..Format(value, text)]);
    }

    private static int Format(in RecordReader value, Span<byte> text)
    {
        int written;
        switch (value.Kind)
        {
            case ValueKind.Uuid:
                Utf8Formatter.TryFormat(value.GetUuid(), text, out written);
                return written;
            case ValueKind.Interval:
                return FormatInterval(value.GetInterval(), text);
            case ValueKind.Date:
                return FormatMoment(Days(value.GetInteger()), "yyyy-MM-dd", text, value.GetInteger());
            case ValueKind.Time:
                return FormatMoment(Microseconds(value.GetInteger()), "HH:mm:ss.ffffff", text, value.GetInteger());
            case ValueKind.Timestamp:
                return FormatMoment(
                    Microseconds(value.GetInteger()), "yyyy-MM-dd HH:mm:ss.ffffff", text, value.GetInteger());
            default:
                return FormatMoment(
                    Microseconds(value.GetInteger()), "yyyy-MM-dd HH:mm:ss.ffffff'+00:00'", text, value.GetInteger());
        }
    }

    private static int FormatMoment(DateTime? moment, string format, Span<byte> text, long number)
    {
        int written;
        if (moment is { } representable)
            representable.TryFormat(text, out written, format, CultureInfo.InvariantCulture);
        else if (number is long.MaxValue or int.MaxValue)
            Utf8.TryWrite(text, $"infinity", out written);
        else if (number is long.MinValue or int.MinValue)
            Utf8.TryWrite(text, $"-infinity", out written);
        else
            number.TryFormat(text, out written, default, CultureInfo.InvariantCulture);
        return written;
    }

    /// <summary>ISO 8601: months, days and seconds, each with its own sign.</summary>
    private static int FormatInterval(IntervalValue value, Span<byte> text)
    {
        var sign = value.Microseconds < 0 ? "-" : string.Empty;
        var (seconds, micros) = UInt128.DivRem((UInt128)Int128.Abs(value.Microseconds), 1_000_000);
        Utf8.TryWrite(
            text,
            CultureInfo.InvariantCulture,
            $"P{value.Months}M{value.Days}DT{sign}{(ulong)seconds}.{(ulong)micros:D6}S",
            out var written);
        return written;
    }

    private static DateTime? Days(long days) =>
        days * TimeSpan.TicksPerDay is var ticks && Math.Abs(days) < 5_000_000 ? Moment(ticks) : null;

    private static DateTime? Microseconds(long microseconds) =>
        Math.Abs((double)microseconds) < 4e17 ? Moment(microseconds * TicksPerMicrosecond) : null;

    private static DateTime? Moment(long ticks)
    {
        var all = DateTime.UnixEpoch.Ticks + ticks;
        return all < 0 || all > DateTime.MaxValue.Ticks ? null : new DateTime(all, DateTimeKind.Utc);
    }

    /// <summary>An array as JSON: numbers and NULL bare, everything else as text; dimensions nest.</summary>
    private static string ArrayText(in RecordReader value)
    {
        var dimensions = new ArrayDimension[value.GetArrayRank()];
        var elements = value.GetArray(dimensions);
        if (dimensions.Length == 0)
            return "[]";
        var json = new StringBuilder();
        var reader = new RecordReader(elements);
        Append(json, ref reader, dimensions);
        return json.ToString();
    }

    private static void Append(StringBuilder json, ref RecordReader elements, ReadOnlySpan<ArrayDimension> dimensions)
    {
        json.Append('[');
        for (var i = 0; i < dimensions[0].Length; i++)
        {
            json.Append(i == 0 ? string.Empty : ",");
            if (dimensions.Length > 1)
                Append(json, ref elements, dimensions[1..]);
            else if (elements.MoveNext())
                json.Append(ElementText(elements));
        }

        json.Append(']');
    }

    private static string ElementText(in RecordReader element)
    {
        switch (element.Kind)
        {
            case ValueKind.Null:
                return "null";
            case ValueKind.Integer:
                return element.GetInteger().ToString(CultureInfo.InvariantCulture);
            case ValueKind.Float when double.IsFinite(element.GetFloat()):
                return element.GetFloat().ToString("R", CultureInfo.InvariantCulture);
            case ValueKind.Float:
                return "null";
            case ValueKind.Boolean:
                return element.GetBoolean() ? "true" : "false";
            case ValueKind.Json:
                return Encoding.UTF8.GetString(element.GetBytes());
            case ValueKind.Text or ValueKind.UserDefined or ValueKind.Decimal:
                return Quoted(Encoding.UTF8.GetString(element.GetBytes()));
            case ValueKind.Bytes or ValueKind.EngineSpecific:
                return Quoted(Convert.ToHexStringLower(element.GetBytes()));
            case ValueKind.Array:
                return ArrayText(element);
            default:
                Span<byte> text = stackalloc byte[LongestText];
                return Quoted(Encoding.UTF8.GetString(text[..Format(element, text)]));
        }
    }

    private static string Quoted(string text) => "\"" + JavaScriptEncoder.Default.Encode(text) + "\"";
}
