using System.Buffers.Binary;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Writes the fields of a binary COPY into records, without a value in between.</summary>
internal sealed class RecordFields : IDisposable
{
    private readonly NumericText _numeric = new();
    private RecordFields? _elements;

    /// <summary>The record.</summary>
    public RecordWriter Writer { get; } = new();

    /// <summary>Writes a field that is not NULL.</summary>
    public void Write(FieldForm form, FieldForm element, ReadOnlySpan<byte> field)
    {
        switch (form)
        {
            case FieldForm.Int32:
                Writer.WriteInteger(BinaryPrimitives.ReadInt32BigEndian(field));
                break;
            case FieldForm.Int64:
                Writer.WriteInteger(BinaryPrimitives.ReadInt64BigEndian(field));
                break;
            case FieldForm.Int16:
                Writer.WriteInteger(BinaryPrimitives.ReadInt16BigEndian(field));
                break;
            case FieldForm.Text:
                Writer.WriteText(field);
                break;
            case FieldForm.Numeric:
                Writer.WriteDecimal(_numeric.Format(field));
                break;
            case FieldForm.Boolean:
                Writer.WriteBoolean(field[0] != 0);
                break;
            case FieldForm.Double:
                Writer.WriteFloat(BinaryPrimitives.ReadDoubleBigEndian(field));
                break;
            case FieldForm.Single:
                Writer.WriteFloat(BinaryPrimitives.ReadSingleBigEndian(field));
                break;
            case FieldForm.Bytes:
                Writer.WriteBytes(field);
                break;
            case FieldForm.Json:
                Writer.WriteJson(field);
                break;
            case FieldForm.Jsonb:
                Writer.WriteJson(field[1..]);
                break;
            case FieldForm.Array:
                WriteArray(element, field);
                break;
            case FieldForm.UserDefined:
                Writer.WriteUserDefined(field);
                break;
            case FieldForm.Uuid:
                Writer.WriteUuid(new Guid(field, bigEndian: true));
                break;
            default:
                WriteTime(form, field);
                break;
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _elements?.Dispose();
    }

    private void WriteTime(FieldForm form, ReadOnlySpan<byte> field)
    {
        switch (form)
        {
            case FieldForm.Date:
                Writer.WriteDate(PostgresTimes.ToDays(BinaryPrimitives.ReadInt32BigEndian(field)));
                break;
            case FieldForm.Time:
                Writer.WriteTime(BinaryPrimitives.ReadInt64BigEndian(field));
                break;
            case FieldForm.Interval:
                Writer.WriteInterval(FieldValues.Interval(field));
                break;
            case FieldForm.Timestamp or FieldForm.TimestampTz:
                WriteTimestamp(BinaryPrimitives.ReadInt64BigEndian(field), form == FieldForm.TimestampTz);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(form));
        }
    }

    private void WriteTimestamp(long value, bool isInstant)
    {
        if (!PostgresTimes.TryToMicroseconds(value, out var microseconds))
        {
            Span<byte> text = stackalloc byte[TimeText.MaxLength];
            Writer.WriteUserDefined(text[..TimeText.ServerTimestamp(text, value, isInstant)]);
        }
        else if (isInstant)
        {
            Writer.WriteTimestampTz(microseconds);
        }
        else
        {
            Writer.WriteTimestamp(microseconds);
        }
    }

    private void WriteArray(FieldForm element, ReadOnlySpan<byte> field)
    {
        Span<ArrayDimension> dimensions = stackalloc ArrayDimension[FieldArray.MaxDimensions];
        var array = new FieldArray(field, dimensions);
        _elements ??= new RecordFields();
        _elements.Writer.Reset();
        while (array.MoveNext())
        {
            if (array.IsNull)
                _elements.Writer.WriteNull();
            else
                _elements.Write(element, FieldForm.UserDefined, array.Current);
        }

        Writer.WriteArray(dimensions[..array.Rank], array.Rank == 0 ? default : _elements.Writer.Finish());
    }
}
