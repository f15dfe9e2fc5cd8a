using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Encodes .NET values as values of columns.</summary>
internal static class ValueWriter
{
    public static void Write(RecordWriter writer, ColumnType type, object? value)
    {
        if (value is null)
            writer.WriteNull();
        else if (!TryWrite(writer, type.Kind == ColumnKind.Any ? KindOf(value) : type.Kind, type, value))
            throw MemoryErrors.ValueDoesNotFit(type, value);
    }

    public static int Days(DateOnly value) => value.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public static long Microseconds(DateTime value) =>
        (value.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static ColumnKind KindOf(object value) => value switch
    {
        bool => ColumnKind.Boolean,
        int or long => ColumnKind.Integer,
        double => ColumnKind.Float,
        decimal => ColumnKind.Decimal,
        string => ColumnKind.Text,
        byte[] => ColumnKind.Bytes,
        DateOnly => ColumnKind.Date,
        TimeOnly => ColumnKind.Time,
        DateTime => ColumnKind.Timestamp,
        DateTimeOffset => ColumnKind.TimestampTz,
        IntervalValue => ColumnKind.Interval,
        Guid => ColumnKind.Uuid,
        object?[] or ArrayValue => ColumnKind.Array,
        _ => ColumnKind.Any,
    };

    private static bool TryWrite(RecordWriter writer, ColumnKind kind, ColumnType type, object value)
    {
        switch (kind, value)
        {
            case (ColumnKind.Boolean, bool flag): writer.WriteBoolean(flag); break;
            case (ColumnKind.Integer, int or long): writer.WriteInteger(Number(value)); break;
            case (ColumnKind.Float, double number): writer.WriteFloat(number); break;
            case (ColumnKind.Decimal, decimal number): writer.WriteDecimal(number); break;
            case (ColumnKind.Decimal, string text): return TryWriteDecimal(writer, text);
            case (ColumnKind.Text, string text): writer.WriteText(Encoding.UTF8.GetBytes(text)); break;
            case (ColumnKind.Bytes, byte[] bytes): writer.WriteBytes(bytes); break;
            case (ColumnKind.Date, DateOnly day): writer.WriteDate(Days(day)); break;
            case (ColumnKind.Time, TimeOnly time): writer.WriteTime(time.Ticks / TimeSpan.TicksPerMicrosecond); break;
            case (ColumnKind.Timestamp, DateTime time): writer.WriteTimestamp(Microseconds(time)); break;
            case (ColumnKind.TimestampTz, DateTimeOffset time):
                writer.WriteTimestampTz(Microseconds(time.UtcDateTime));
                break;
            case (ColumnKind.Interval, IntervalValue interval): writer.WriteInterval(interval); break;
            case (ColumnKind.Uuid, Guid uuid): writer.WriteUuid(uuid); break;
            case (ColumnKind.Json, string text): writer.WriteJson(Encoding.UTF8.GetBytes(text)); break;
            case (ColumnKind.UserDefined, string text): writer.WriteUserDefined(Encoding.UTF8.GetBytes(text)); break;
            case (ColumnKind.Array, object?[] elements): WriteArray(writer, type, Plain(elements)); break;
            case (ColumnKind.Array, ArrayValue array): WriteArray(writer, type, array); break;
            case (ColumnKind.Any, OpaqueValue opaque):
                writer.WriteEngineSpecific(Encoding.UTF8.GetBytes(opaque.Type), opaque.Bytes.Span);
                break;
            default: return false;
        }

        return true;
    }

    private static long Number(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);

    private static bool TryWriteDecimal(RecordWriter writer, string text)
    {
        try
        {
            writer.WriteDecimal(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static ArrayValue Plain(object?[] elements) =>
        new(elements.Length == 0 ? [] : [new ArrayDimension(elements.Length)], elements);

    private static void WriteArray(RecordWriter writer, ColumnType type, ArrayValue array)
    {
        if (array.Dimensions.Count == 0)
        {
            writer.WriteArray([], default);
            return;
        }

        using var elements = new RecordWriter();
        foreach (var element in array.Elements)
            Write(elements, type.Element ?? new ColumnType(ColumnKind.Any), element);
        writer.WriteArray([.. array.Dimensions], elements.Finish());
    }
}
