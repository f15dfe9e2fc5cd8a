using Backup.Sql.Collections.Format;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Takes the rows of a space and keeps nothing but their fingerprint: tells whether a table changed before it is
/// written again.
/// </summary>
internal sealed class FingerprintSink : IRowVersionSink
{
    private const int BufferBytes = 64 << 10;

    private readonly RowHasher _hasher = new(FingerprintScope.State);
    private byte[] _buffer = new byte[BufferBytes];
    private int _used;

    /// <inheritdoc/>
    public bool Write(in RowVersion row)
    {
        var length = row.Key.Length + row.Value.Length;
        if (_used + length > _buffer.Length)
        {
            _hasher.Drain();
            _used = 0;
            if (length > _buffer.Length)
                _buffer = new byte[length];
        }

        row.Key.CopyTo(_buffer.AsSpan(_used));
        row.Value.CopyTo(_buffer.AsSpan(_used + row.Key.Length));
        _hasher.Add(_buffer, _used, length, row.Timestamp, row.IsDeletion);
        _used += length;
        return true;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>What was taken; to be called after the last row.</summary>
    /// <returns>The sum, to be added to those of other workers.</returns>
    public FingerprintAccumulator Finish() => _hasher.Take();
}
