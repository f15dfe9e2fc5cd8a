using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace CsvSample;

/// <summary>Values as a backup has them, and back.</summary>
internal static class CsvCodec
{
    /// <summary>The kinds of value that a CSV file holds here.</summary>
    public static IReadOnlyList<ColumnKind> Kinds { get; } =
        [ColumnKind.Integer, ColumnKind.Float, ColumnKind.Text, ColumnKind.Bytes];

    // docs: codec
    /// <summary>A key: bytes whose order is the order of the values.</summary>
    public static byte[] Key(IEnumerable<object?> values)
    {
        using var writer = new KeyWriter();
        foreach (var value in values)
        {
            switch (value)
            {
                case null: writer.WriteNull(); break;
                case long number: writer.WriteInteger(number); break;
                case double number: writer.WriteFloat(number); break;
                case string text: writer.WriteText(Encoding.UTF8.GetBytes(text)); break;
                default: writer.WriteBytes((byte[])value); break;
            }
        }

        return writer.Written.ToArray();
    }

    /// <summary>A record: all values of a row, in the order of the table's columns.</summary>
    public static ReadOnlySpan<byte> Record(RecordWriter writer, IEnumerable<object?> values)
    {
        writer.Reset();
        foreach (var value in values)
        {
            switch (value)
            {
                case null: writer.WriteNull(); break;
                case long number: writer.WriteInteger(number); break;
                case double number: writer.WriteFloat(number); break;
                case string text: writer.WriteText(Encoding.UTF8.GetBytes(text)); break;
                default: writer.WriteBytes((byte[])value); break;
            }
        }

        return writer.Finish();
    }

    /// <summary>The values of a record.</summary>
    public static object?[] Values(ReadOnlySpan<byte> record)
    {
        var values = new List<object?>();
        var reader = new RecordReader(record);
        while (reader.MoveNext())
        {
            values.Add(reader.Kind switch
            {
                ValueKind.Null => null,
                ValueKind.Integer => reader.GetInteger(),
                ValueKind.Float => reader.GetFloat(),
                ValueKind.Text => Encoding.UTF8.GetString(reader.GetBytes()),
                ValueKind.Bytes => reader.GetBytes().ToArray(),
                _ => throw CsvErrors.NotSupported($"values of kind {reader.Kind}"),
            });
        }

        return [.. values];
    }

    // docs: end
}
