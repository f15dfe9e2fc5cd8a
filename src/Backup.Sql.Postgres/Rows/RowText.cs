using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Writes records as lines of the text format of COPY. Whatever kind a value has, it is written as the text that the
/// column's type reads. Nothing is allocated per row.
/// </summary>
internal sealed class RowText : IDisposable
{
    private const uint Bytea = 17;
    private readonly string _table;
    private readonly IReadOnlyList<IngestColumn> _columns;
    private readonly ValueText _value = new();
    private readonly CopyText _array = new();

    /// <summary>Prepares to write rows.</summary>
    /// <param name="table">The table's name, for errors.</param>
    /// <param name="columns">The columns.</param>
    public RowText(string table, IReadOnlyList<IngestColumn> columns)
    {
        _table = table;
        _columns = columns;
    }

    /// <summary>The lines written so far.</summary>
    public CopyText Lines { get; } = new();

    /// <summary>Writes a line.</summary>
    public void Write(ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        for (var i = 0; i < _columns.Count; i++)
        {
            if (i > 0)
                Lines.Append((byte)'\t');
            if (!reader.MoveNext() || reader.IsNull)
                Lines.Append("\\N"u8);
            else if (_columns[i].ForeignKind is null || ForeignValues.Fit(reader, _columns[i]))
                Write(reader, _columns[i]);
            else
                throw PostgresErrors.DoesNotFit(_table, _columns[i].Name, reader.Kind);
        }

        Lines.Append((byte)'\n');
        if (reader.MoveNext())
            throw PostgresErrors.TooManyValues(_table);
    }

    public void Dispose()
    {
        Lines.Dispose();
        _value.Dispose();
        _array.Dispose();
    }

    private void Write(in RecordReader reader, IngestColumn column)
    {
        switch (reader.Kind)
        {
            case ValueKind.Integer:
                Lines.Append(reader.GetInteger());
                break;
            case ValueKind.Decimal:
                Lines.Append(reader.GetBytes());
                break;
            case ValueKind.Text or ValueKind.Json or ValueKind.UserDefined or ValueKind.EngineSpecific
                when column.TypeId != Bytea:
                WriteEscaped(reader.GetBytes(), column);
                break;
            case ValueKind.Text or ValueKind.Json or ValueKind.UserDefined or ValueKind.EngineSpecific
                or ValueKind.Bytes:
                Lines.Append("\\\\x"u8);
                Lines.AppendHex(reader.GetBytes());
                break;
            case ValueKind.Array:
                _array.Clear();
                _value.AppendArray(_array, reader, column.TypeId);
                WriteEscaped(_array.Written, column);
                break;
            default:
                ValueText.AppendPlain(Lines, reader, column.TypeId);
                break;
        }
    }

    private void WriteEscaped(ReadOnlySpan<byte> text, IngestColumn column)
    {
        if (!Lines.TryAppendEscaped(text))
            throw PostgresErrors.NulInText(_table, column.Name);
    }
}
