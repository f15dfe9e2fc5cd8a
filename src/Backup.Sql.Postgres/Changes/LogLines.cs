using System.Buffers;
using System.Buffers.Binary;
using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The lines of one relation, in memory as long as they are few, then in a file that is gone when it is closed. They
/// are fields of a binary COPY (postgresql.org/docs/current/sql-copy.html, "Binary Format"): the key, a number that
/// grows, the time in nanoseconds, whether the line is about the time before, whether there is a row, the columns.
/// </summary>
/// <param name="directory">Where the file goes; null for the system's own place.</param>
internal sealed class LogLines(string? directory) : IDisposable
{
    private const int MostInMemory = 1 << 20;
    private const int FieldsBeforeColumns = 5;

    private readonly ArrayBufferWriter<byte> _memory = new();
    private FileStream? _file;

    /// <summary>The columns in the order of the lines' fields.</summary>
    public StreamedTable? Relation { get; private set; }

    /// <summary>True when not all lines are known.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Says that something changed of which there is no line.</summary>
    public void Lose()
    {
        IsLost = true;
        _memory.Clear();
        _file?.Dispose();
        _file = null;
    }

    public void Add(ReadOnlySpan<byte> key, long number, HlcTimestamp time, LineKind kind, LoggedRow row)
    {
        Relation = row.Relation;
        var columns = Relation.Table.Columns.Count;
        BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), (short)(FieldsBeforeColumns + columns));
        Write(key);
        Write(number);
        Write(time.WallTime);
        Write(kind is LineKind.Before or LineKind.NotYet);
        var hasRow = kind is LineKind.Before or LineKind.After;
        Write(hasRow);
        var isNew = kind is LineKind.After or LineKind.NotYet;
        for (var column = 0; column < columns; column++)
        {
            if ((hasRow || Relation.Table.Key.Contains(column)) && row.TryGet(column, isNew, out var field))
                Write(field);
            else
                BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), -1);
        }

        if (_memory.WrittenCount > MostInMemory)
            Spill();
    }

    /// <summary>Writes all lines to a stream. Several may do so at a time.</summary>
    public async ValueTask CopyToAsync(Stream destination, CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(MostInMemory);
            try
            {
                for (long position = 0; position < _file.Length;)
                {
                    var read = await RandomAccess.ReadAsync(_file.SafeFileHandle, buffer, position, cancellationToken)
                        .ConfigureAwait(false);
                    await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    position += read;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        await destination.WriteAsync(_memory.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _file?.Dispose();

    private void Spill()
    {
        _file ??= Create();
        _file.Write(_memory.WrittenSpan);
        _memory.ResetWrittenCount();
    }

    /// <summary>Rows lie in it: nobody else may read it.</summary>
    private FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(directory ?? Path.GetTempPath(), Path.GetRandomFileName()), options);
    }

    private void Write(ReadOnlySpan<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), field.Length);
        _memory.Write(field);
    }

    private void Write(long value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(Room(sizeof(long)), value);
    }

    private void Write(bool value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), 1);
        Room(1)[0] = value ? (byte)1 : (byte)0;
    }

    private Span<byte> Room(int bytes)
    {
        var room = _memory.GetSpan(bytes)[..bytes];
        _memory.Advance(bytes);
        return room;
    }
}
