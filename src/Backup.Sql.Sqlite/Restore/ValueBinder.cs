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
    private const long MicrosecondsPerDay = 86_400_000_000;

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
                return FormatDays(value.GetInteger(), text);
            case ValueKind.Time:
                return FormatTime(value.GetInteger(), text);
            case ValueKind.Timestamp:
                return FormatMoment(value.GetInteger(), ""u8, text);
            default:
                return FormatMoment(value.GetInteger(), "+00:00"u8, text);
        }
    }

    private static int FormatMoment(long microseconds, ReadOnlySpan<byte> zone, Span<byte> text)
    {
        if (microseconds is long.MaxValue or long.MinValue)
            return FormatInfinity(microseconds > 0, text);
        var (days, rest) = Math.DivRem(microseconds, MicrosecondsPerDay);
        if (rest < 0)
            (days, rest) = (days - 1, rest + MicrosecondsPerDay);
        var length = FormatDays(days, text);
        text[length++] = (byte)' ';
        length += FormatTime(rest, text[length..]);
        zone.CopyTo(text[length..]);
        return length + zone.Length;
    }

    private static int FormatTime(long microseconds, Span<byte> text)
    {
        var (seconds, fraction) = Math.DivRem(microseconds, 1_000_000);
        Utf8.TryWrite(
            text,
            CultureInfo.InvariantCulture,
            $"{seconds / 3600:D2}:{seconds / 60 % 60:D2}:{seconds % 60:D2}.{fraction:D6}",
            out var written);
        return written;
    }

    /// <summary>A day as ISO 8601 has it: years outside of 0000 to 9999 with a sign, 0 the year before 1.</summary>
    private static int FormatDays(long days, Span<byte> text)
    {
        if (days is int.MaxValue or int.MinValue)
            return FormatInfinity(days > 0, text);
        var (year, month, day) = CalendarDay.FromDays(days);
        var sign = year > 9999 ? "+" : string.Empty;
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{sign}{year:D4}-{month:D2}-{day:D2}", out var written);
        return written;
    }

    private static int FormatInfinity(bool isPositive, Span<byte> text)
    {
        var word = isPositive ? "infinity"u8 : "-infinity"u8;
        word.CopyTo(text);
        return word.Length;
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
                return Quoted(element.GetFloat().ToString("R", CultureInfo.InvariantCulture));
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
