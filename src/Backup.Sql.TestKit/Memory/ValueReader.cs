using System.Text;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Decodes records into .NET values, and into keys.</summary>
internal static class ValueReader
{
    public static object?[] ReadAll(ReadOnlySpan<byte> record)
    {
        var values = new List<object?>();
        var reader = new RecordReader(record);
        while (reader.MoveNext())
            values.Add(Read(reader));
        return [.. values];
    }

    /// <summary>The key that some columns of a record make.</summary>
    /// <param name="record">The record.</param>
    /// <param name="ordinals">The columns in key order.</param>
    /// <param name="holdsNull">True when one of them is NULL or not there.</param>
    public static byte[] ReadKey(ReadOnlySpan<byte> record, IReadOnlyList<int> ordinals, out bool holdsNull)
    {
        using var writer = new KeyWriter();
        holdsNull = false;
        foreach (var ordinal in ordinals)
        {
            var reader = new RecordReader(record);
            var found = false;
            for (var i = 0; i <= ordinal; i++)
                found = reader.MoveNext();
            holdsNull |= !found || reader.IsNull;
            if (found)
                WriteKey(writer, reader);
            else
                writer.WriteNull();
        }

        return writer.Written.ToArray();
    }

    private static object? Read(in RecordReader reader) => reader.Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Boolean => reader.GetBoolean(),
        ValueKind.Integer => reader.GetInteger(),
        ValueKind.Float => reader.GetFloat(),
        ValueKind.Bytes => reader.GetBytes().ToArray(),
        ValueKind.Date => ReadDate(reader.GetInteger()),
        ValueKind.Time => ReadTime(reader.GetInteger()),
        ValueKind.Timestamp => ReadTimestamp(reader.GetInteger(), DateTimeKind.Unspecified),
        ValueKind.TimestampTz => ReadTimestamp(reader.GetInteger(), DateTimeKind.Utc),
        ValueKind.Interval => reader.GetInterval(),
        ValueKind.Uuid => reader.GetUuid(),
        ValueKind.Array => ReadArray(reader),
        ValueKind.EngineSpecific => new OpaqueValue(
            Encoding.UTF8.GetString(reader.GetTypeName()), reader.GetBytes().ToArray()),
        _ => Encoding.UTF8.GetString(reader.GetBytes()),
    };

    // What .NET's types cannot hold (infinity, years beyond 9999, 24:00) comes back as the number itself.
    private static object ReadDate(long days)
    {
        var number = days - ValueWriter.Days(DateOnly.MinValue);
        return number >= 0 && number <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)number) : days;
    }

    private static object ReadTime(long microseconds) =>
        microseconds is >= 0 and < 86_400_000_000
            ? new TimeOnly(microseconds * TimeSpan.TicksPerMicrosecond)
            : microseconds;

    private static object ReadTimestamp(long microseconds, DateTimeKind kind)
    {
        if (microseconds < ValueWriter.Microseconds(DateTime.MinValue)
            || microseconds > ValueWriter.Microseconds(DateTime.MaxValue))
        {
            return microseconds;
        }

        var time = new DateTime(DateTime.UnixEpoch.Ticks + microseconds * TimeSpan.TicksPerMicrosecond, kind);
        return kind == DateTimeKind.Utc ? (object)new DateTimeOffset(time) : time;
    }

    private static object ReadArray(in RecordReader reader)
    {
        var dimensions = new ArrayDimension[reader.GetArrayRank()];
        var record = reader.GetArray(dimensions);
        object?[] elements = dimensions.Length == 0 ? [] : ReadAll(record);
        var isPlain = dimensions.Length == 0 || dimensions is [{ LowerBound: 1 }];
        return isPlain ? elements : new ArrayValue(dimensions, elements);
    }

    private static void WriteKey(KeyWriter writer, in RecordReader reader)
    {
        switch (reader.Kind)
        {
            case ValueKind.Null: writer.WriteNull(); break;
            case ValueKind.Boolean: writer.WriteBoolean(reader.GetBoolean()); break;
            case ValueKind.Integer: writer.WriteInteger(reader.GetInteger()); break;
            case ValueKind.Float: writer.WriteFloat(reader.GetFloat()); break;
            case ValueKind.Decimal: writer.WriteDecimal(reader.GetBytes()); break;
            case ValueKind.Text: writer.WriteText(reader.GetBytes()); break;
            case ValueKind.Bytes: writer.WriteBytes(reader.GetBytes()); break;
            case ValueKind.Date: writer.WriteDate((int)reader.GetInteger()); break;
            case ValueKind.Time: writer.WriteTime(reader.GetInteger()); break;
            case ValueKind.Timestamp: writer.WriteTimestamp(reader.GetInteger()); break;
            case ValueKind.TimestampTz: writer.WriteTimestampTz(reader.GetInteger()); break;
            case ValueKind.Interval: writer.WriteInterval(reader.GetInterval()); break;
            case ValueKind.Uuid: writer.WriteUuid(reader.GetUuid()); break;
            case ValueKind.Json: writer.WriteJson(reader.GetBytes()); break;
            case ValueKind.UserDefined: writer.WriteUserDefined(reader.GetBytes()); break;
            case ValueKind.Array: WriteArrayKey(writer, reader); break;
            default: writer.WriteEngineSpecific(reader.GetTypeName(), reader.GetBytes()); break;
        }
    }

    private static void WriteArrayKey(KeyWriter writer, in RecordReader reader)
    {
        var dimensions = new ArrayDimension[reader.GetArrayRank()];
        var record = reader.GetArray(dimensions);
        using var inner = new KeyWriter();
        if (dimensions.Length > 0)
        {
            var elements = new RecordReader(record);
            while (elements.MoveNext())
                WriteKey(inner, elements);
        }

        writer.WriteArray(dimensions, inner.Written);
    }
}
