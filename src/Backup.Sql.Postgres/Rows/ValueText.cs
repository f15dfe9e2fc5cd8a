using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Writes values as the server's input functions read them, not yet escaped.</summary>
internal sealed class ValueText : IDisposable
{
    private readonly CopyText _element = new();

    /// <summary>Writes a value of a kind whose texts hold nothing that must be escaped.</summary>
    public static void AppendPlain(CopyText text, in RecordReader reader, uint type)
    {
        switch (reader.Kind)
        {
            case ValueKind.Integer:
                text.Append(reader.GetInteger());
                break;
            case ValueKind.Float:
                text.Append(reader.GetFloat());
                break;
            case ValueKind.Boolean when IsNumber(type):
                text.Append(reader.GetBoolean() ? (byte)'1' : (byte)'0');
                break;
            case ValueKind.Boolean:
                text.Append(reader.GetBoolean() ? "true"u8 : "false"u8);
                break;
            case ValueKind.Uuid:
                text.Append(reader.GetUuid());
                break;
            case ValueKind.Date:
                text.Advance(TimeText.Date(text.Room(TimeText.MaxLength), (int)reader.GetInteger()));
                break;
            case ValueKind.Time:
                text.Advance(TimeText.Time(text.Room(TimeText.MaxLength), reader.GetInteger()));
                break;
            case ValueKind.Timestamp or ValueKind.TimestampTz:
                text.Advance(TimeText.Timestamp(
                    text.Room(TimeText.MaxLength), reader.GetInteger(), reader.Kind == ValueKind.TimestampTz));
                break;
            default:
                text.Advance(TimeText.Interval(text.Room(TimeText.MaxLength), reader.GetInterval()));
                break;
        }
    }

    /// <summary>Writes an array: <c>[0:1]={1,NULL}</c>, the bounds only where they are not the usual ones.</summary>
    public void AppendArray(CopyText text, in RecordReader reader, uint type)
    {
        Span<ArrayDimension> all = stackalloc ArrayDimension[FieldArray.MaxDimensions];
        var rank = reader.GetArrayRank();
        var dimensions = rank <= all.Length ? all[..rank] : new ArrayDimension[rank];
        var record = reader.GetArray(dimensions);
        if (rank == 0)
        {
            text.Append("{}"u8);
            return;
        }

        AppendBounds(text, dimensions);
        var elements = new RecordReader(record);
        AppendDimension(text, dimensions, ref elements, NeutralTypes.ElementOf(type));
    }

    public void Dispose() => _element.Dispose();

    private static void AppendBounds(CopyText text, ReadOnlySpan<ArrayDimension> dimensions)
    {
        var isUsual = true;
        foreach (var dimension in dimensions)
            isUsual &= dimension.LowerBound == 1;
        if (isUsual)
            return;
        foreach (var dimension in dimensions)
        {
            text.Append((byte)'[');
            text.Append(dimension.LowerBound);
            text.Append((byte)':');
            text.Append((long)dimension.LowerBound + dimension.Length - 1);
            text.Append((byte)']');
        }

        text.Append((byte)'=');
    }

    private void AppendDimension(
        CopyText text, ReadOnlySpan<ArrayDimension> dimensions, ref RecordReader elements, uint type)
    {
        text.Append((byte)'{');
        for (var i = 0; i < dimensions[0].Length; i++)
        {
            if (i > 0)
                text.Append((byte)',');
            if (dimensions.Length > 1)
                AppendDimension(text, dimensions[1..], ref elements, type);
            else if (!elements.MoveNext() || elements.IsNull)
                text.Append("NULL"u8);
            else
                AppendElement(text, elements, type);
        }

        text.Append((byte)'}');
    }

    private void AppendElement(CopyText text, in RecordReader reader, uint type)
    {
        text.Append((byte)'"');
        switch (reader.Kind)
        {
            case ValueKind.Bytes:
                text.Append("\\\\x"u8);
                text.AppendHex(reader.GetBytes());
                break;
            case ValueKind.Text or ValueKind.Json or ValueKind.UserDefined or ValueKind.EngineSpecific
                or ValueKind.Decimal:
                AppendQuoted(text, reader.GetBytes());
                break;
            case ValueKind.Array:
                _element.Clear();
                AppendArray(_element, reader, type);
                AppendQuoted(text, _element.Written);
                break;
            default:
                AppendPlain(text, reader, type);
                break;
        }

        text.Append((byte)'"');
    }

    private static void AppendQuoted(CopyText text, ReadOnlySpan<byte> value)
    {
        foreach (var part in value)
        {
            if (part is (byte)'"' or (byte)'\\')
                text.Append((byte)'\\');
            text.Append(part);
        }
    }

    private static bool IsNumber(uint type) => type is 20 or 21 or 23 or 700 or 701 or 1700;
}
