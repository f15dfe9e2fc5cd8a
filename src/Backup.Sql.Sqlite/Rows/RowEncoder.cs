using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>
/// Encodes rows out of the columns of a statement: storage classes and bytes as they stand in the database. Nothing is
/// allocated per row.
/// </summary>
internal sealed class RowEncoder : IDisposable
{
    private readonly TextConverter? _converter;
    private readonly KeyWriter _key = new();
    private readonly RecordWriter _record = new();

    public RowEncoder(SqliteSchema schema)
    {
        _converter = schema.IsUtf8
            ? null
            : new TextConverter(schema.Database.Properties[SqliteProperties.Pragma + "encoding"]);
    }

    /// <summary>The key begun last, valid until the next one is begun.</summary>
    public ReadOnlySpan<byte> Key => _key.Written;

    /// <summary>Encodes some columns as a record, valid until the next call.</summary>
    public ReadOnlySpan<byte> Record(Statement rows, int first, int count)
    {
        _record.Reset();
        for (var column = first; column < first + count; column++)
            WriteValue(rows, column);
        return _record.Finish();
    }

    /// <summary>Begins a key.</summary>
    public void BeginKey() => _key.Reset();

    /// <summary>Adds a number to the key.</summary>
    public void AddToKey(long value) => _key.WriteInteger(value);

    /// <summary>Adds a column to the key.</summary>
    public void AddToKey(Statement rows, int column)
    {
        switch (rows.Type(column))
        {
            case StorageClass.Integer:
                _key.WriteInteger(rows.Integer(column));
                break;
            case StorageClass.Float:
                _key.WriteFloat(rows.Float(column));
                break;
            case StorageClass.Text when _converter is null:
                _key.WriteText(rows.Bytes(column));
                break;
            case StorageClass.Text when _converter.TryConvert(rows.Bytes(column), out var utf8):
                _key.WriteText(utf8);
                break;
            case StorageClass.Text:
                _key.WriteEngineSpecific(_converter!.RawTypeName, rows.Bytes(column));
                break;
            case StorageClass.Blob:
                _key.WriteBytes(rows.Bytes(column));
                break;
            default:
                _key.WriteNull();
                break;
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        _record.Dispose();
        _converter?.Dispose();
    }

    private void WriteValue(Statement rows, int column)
    {
        switch (rows.Type(column))
        {
            case StorageClass.Integer:
                _record.WriteInteger(rows.Integer(column));
                break;
            case StorageClass.Float:
                _record.WriteFloat(rows.Float(column));
                break;
            case StorageClass.Text when _converter is null:
                _record.WriteText(rows.Bytes(column));
                break;
            case StorageClass.Text:
                WriteConverted(rows.Bytes(column));
                break;
            case StorageClass.Blob:
                _record.WriteBytes(rows.Bytes(column));
                break;
            default:
                _record.WriteNull();
                break;
        }
    }

    private void WriteConverted(ReadOnlySpan<byte> stored)
    {
        if (_converter!.TryConvert(stored, out var utf8))
            _record.WriteText(utf8);
        else
            _record.WriteEngineSpecific(_converter.RawTypeName, stored);
    }
}
