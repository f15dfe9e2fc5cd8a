using System.Buffers;
using System.Buffers.Binary;
using Npgsql;

namespace Backup.Sql.Postgres.Rows;

/// <summary>
/// Cuts the bytes of a binary COPY into rows and fields (postgresql.org/docs/current/sql-copy.html, "Binary Format").
/// The memory is pooled and kept. Await <see cref="FillAsync"/>, then <see cref="TryRead"/> until it says no.
/// </summary>
internal sealed class CopyReader : IAsyncDisposable
{
    private const int InitialBytes = 128 << 10;
    private const int LeastRoom = 16 << 10;
    private const int HeaderBytes = 19;
    private const int SizeBytes = 4;
    private readonly NpgsqlRawCopyStream _stream;

    // The driver hooks onto the token for every row it hands out: readers that share one would wait for each other.
    private readonly CancellationTokenSource _ending;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _position;
    private int _end;
    private bool _hasStarted;
    private bool _hasEnded;

    private CopyReader(NpgsqlRawCopyStream stream, int fields, CancellationToken cancellationToken)
    {
        _stream = stream;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _starts = new int[fields];
        _lengths = new int[fields];
    }

    /// <summary>Starts to read what a query gives.</summary>
    /// <param name="connection">A connection on which nothing else runs.</param>
    /// <param name="query">The query.</param>
    /// <param name="fields">How many fields its rows have.</param>
    /// <param name="cancellationToken">Ends the call, and the reading after it.</param>
    public static async ValueTask<CopyReader> StartAsync(
        NpgsqlConnection connection, string query, int fields, CancellationToken cancellationToken)
    {
        var stream = await connection.BeginRawBinaryCopyAsync(
            $"COPY ({query}) TO STDOUT (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
        return new CopyReader(stream, fields, cancellationToken);
    }

    /// <summary>True when a field of the current row is NULL.</summary>
    public bool IsNull(int field) => _lengths[field] < 0;

    /// <summary>A field of the current row that is not NULL.</summary>
    public ReadOnlySpan<byte> Field(int field) => _buffer.AsSpan(_starts[field], _lengths[field]);

    /// <summary>Reads on.</summary>
    /// <returns>False behind the last row.</returns>
    public async ValueTask<bool> FillAsync()
    {
        if (_hasEnded)
            return false;
        MakeRoom();
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), _ending.Token).ConfigureAwait(false);
        if (read == 0)
            throw new EndOfStreamException();
        _end += read;
        return true;
    }

    /// <summary>Goes to the next row that has come whole.</summary>
    /// <returns>False when <see cref="FillAsync"/> must be awaited.</returns>
    public bool TryRead()
    {
        if (!_hasStarted && !TrySkipHeader())
            return false;
        var rest = _buffer.AsSpan(0, _end);
        var position = _position;
        if (_hasEnded || rest.Length - position < sizeof(short))
            return false;
        var fields = BinaryPrimitives.ReadInt16BigEndian(rest[position..]);
        position += sizeof(short);
        if (fields < 0)
        {
            _hasEnded = true;
            return false;
        }

        if (fields != _starts.Length)
            throw new InvalidDataException();
        for (var i = 0; i < _starts.Length; i++)
        {
            if (rest.Length - position < SizeBytes)
                return false;
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[position..]);
            position += SizeBytes;
            if (length > rest.Length - position)
                return false;
            _starts[i] = position;
            _lengths[i] = length;
            position += Math.Max(0, length);
        }

        _position = position;
        return true;
    }

    /// <summary>Ends the COPY: at its end, or in the middle, and then the connection is of no more use.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // Without a cancellation the rest would be read to its end.
            if (!_hasEnded)
                await _stream.CancelAsync().ConfigureAwait(false);
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure) || failure is ObjectDisposedException)
        {
            // The server ended it: that is what was asked for.
        }

        _ending.Dispose();
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private bool TrySkipHeader()
    {
        if (_end < HeaderBytes)
            return false;
        var extension = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(HeaderBytes - SizeBytes));
        if (_end < HeaderBytes + extension)
            return false;
        _position = HeaderBytes + extension;
        return _hasStarted = true;
    }

    private void MakeRoom()
    {
        if (_buffer.Length - _end >= LeastRoom)
            return;
        var rest = _buffer.AsSpan(_position, _end - _position);
        if (rest.Length + LeastRoom > _buffer.Length / 2)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * _buffer.Length, Array.MaxLength));
            rest.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            rest.CopyTo(_buffer);
        }

        (_position, _end) = (0, rest.Length);
    }
}
