using System.Text;
using Backup.Sql.Rows;

namespace Backup.Sql.Tests.Rows;

/// <summary>Sends samples through the codecs under test.</summary>
internal static class SampleCodec
{
    public static byte[] ToKey(params IReadOnlyList<Sample> values)
    {
        using var writer = new KeyWriter();
        writer.Reset();
        foreach (var value in values)
            Write(writer, value);
        Assert.True(writer.Written.SequenceEqual(writer.Written));
        return writer.Written.ToArray();
    }

    public static byte[] ToRecord(params IReadOnlyList<Sample> values)
    {
        using var writer = new RecordWriter();
        foreach (var value in values)
            Write(writer, value);
        return writer.Finish().ToArray();
    }

    public static List<string> ReadKey(byte[] key)
    {
        var values = new List<string>();
        var reader = new KeyReader(key);
        while (reader.MoveNext())
            values.Add(new Sample(reader.Kind, Read(ref reader)).ToString());
        return values;
    }

    public static List<string> ReadRecord(byte[] record)
    {
        var values = new List<string>();
        var reader = new RecordReader(record);
        while (reader.MoveNext())
            values.Add(new Sample(reader.Kind, Read(reader)).ToString());
        return values;
    }

    private static void Write(KeyWriter writer, Sample sample)
    {
        switch (sample.Kind)
        {
            case ValueKind.Null: writer.WriteNull(); break;
            case ValueKind.Boolean: writer.WriteBoolean((bool)sample.Value!); break;
            case ValueKind.Integer: writer.WriteInteger((long)sample.Value!); break;
            case ValueKind.Float: writer.WriteFloat((double)sample.Value!); break;
            case ValueKind.Decimal: writer.WriteDecimal(Utf8(sample)); break;
            case ValueKind.Text: writer.WriteText(Utf8(sample)); break;
            case ValueKind.Bytes: writer.WriteBytes((byte[])sample.Value!); break;
            case ValueKind.Date: writer.WriteDate((int)(long)sample.Value!); break;
            case ValueKind.Time: writer.WriteTime((long)sample.Value!); break;
            case ValueKind.Timestamp: writer.WriteTimestamp((long)sample.Value!); break;
            case ValueKind.TimestampTz: writer.WriteTimestampTz((long)sample.Value!); break;
            case ValueKind.Interval: writer.WriteInterval((IntervalValue)sample.Value!); break;
            case ValueKind.Uuid: writer.WriteUuid((Guid)sample.Value!); break;
            case ValueKind.Json: writer.WriteJson(Utf8(sample)); break;
            case ValueKind.UserDefined: writer.WriteUserDefined(Utf8(sample)); break;
            default:
                var (type, value) = ((string, byte[]))sample.Value!;
                writer.WriteEngineSpecific(Encoding.UTF8.GetBytes(type), value);
                break;
        }
    }

    private static void Write(RecordWriter writer, Sample sample)
    {
        switch (sample.Kind)
        {
            case ValueKind.Null: writer.WriteNull(); break;
            case ValueKind.Boolean: writer.WriteBoolean((bool)sample.Value!); break;
            case ValueKind.Integer: writer.WriteInteger((long)sample.Value!); break;
            case ValueKind.Float: writer.WriteFloat((double)sample.Value!); break;
            case ValueKind.Decimal: writer.WriteDecimal(Utf8(sample)); break;
            case ValueKind.Text: writer.WriteText(Utf8(sample)); break;
            case ValueKind.Bytes: writer.WriteBytes((byte[])sample.Value!); break;
            case ValueKind.Date: writer.WriteDate((int)(long)sample.Value!); break;
            case ValueKind.Time: writer.WriteTime((long)sample.Value!); break;
            case ValueKind.Timestamp: writer.WriteTimestamp((long)sample.Value!); break;
            case ValueKind.TimestampTz: writer.WriteTimestampTz((long)sample.Value!); break;
            case ValueKind.Interval: writer.WriteInterval((IntervalValue)sample.Value!); break;
            case ValueKind.Uuid: writer.WriteUuid((Guid)sample.Value!); break;
            case ValueKind.Json: writer.WriteJson(Utf8(sample)); break;
            case ValueKind.UserDefined: writer.WriteUserDefined(Utf8(sample)); break;
            default:
                var (type, value) = ((string, byte[]))sample.Value!;
                writer.WriteEngineSpecific(Encoding.UTF8.GetBytes(type), value);
                break;
        }
    }

    private static object? Read(ref KeyReader reader) => reader.Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Boolean => reader.GetBoolean(),
        ValueKind.Float => reader.GetFloat(),
        ValueKind.Interval => reader.GetInterval(),
        ValueKind.Uuid => reader.GetUuid(),
        ValueKind.Bytes => Copy(ref reader),
        ValueKind.EngineSpecific => (reader.GetTypeName(), Copy(ref reader)),
        ValueKind.Text or ValueKind.Decimal or ValueKind.Json or ValueKind.UserDefined =>
            Encoding.UTF8.GetString(Copy(ref reader)),
        _ => reader.GetInteger(),
    };

    private static object? Read(in RecordReader reader) => reader.Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Boolean => reader.GetBoolean(),
        ValueKind.Float => reader.GetFloat(),
        ValueKind.Interval => reader.GetInterval(),
        ValueKind.Uuid => reader.GetUuid(),
        ValueKind.Bytes => reader.GetBytes().ToArray(),
        ValueKind.EngineSpecific => (Encoding.UTF8.GetString(reader.GetTypeName()), reader.GetBytes().ToArray()),
        ValueKind.Text or ValueKind.Decimal or ValueKind.Json or ValueKind.UserDefined =>
            Encoding.UTF8.GetString(reader.GetBytes()),
        _ => reader.GetInteger(),
    };

    private static byte[] Copy(ref KeyReader reader)
    {
        var bytes = new byte[reader.GetBytesLength()];
        reader.CopyBytesTo(bytes);
        return bytes;
    }

    private static byte[] Utf8(Sample sample) => Encoding.UTF8.GetBytes((string)sample.Value!);
}
