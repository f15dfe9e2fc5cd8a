using Backup.Sql.Catalog;
using Backup.Sql.Collections.Format;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// The rows of one range of keys as they were at a time: merges the layers of a chain, of each key the newest version,
/// unless that is a deletion. To be disposed.
/// </summary>
internal sealed class ChainSource : IRowSource, IAsyncDisposable
{
    private readonly CursorHeap _heap;
    private readonly HlcTimestamp _at;
    private readonly bool _distinctKeys;
    private readonly RowHasher? _hasher;
    private readonly Action? _ended;
    private byte[] _key = [];
    private int _keyLength = -1;
    private bool _given;
    private bool _finished;

    /// <summary>A source before its first row.</summary>
    /// <param name="cursors">The cursors, one or more for each layer.</param>
    /// <param name="at">Versions after this time are passed over.</param>
    /// <param name="distinctKeys">True when a single cursor cannot give one key twice.</param>
    /// <param name="hasher">Digests every row given; null for none.</param>
    /// <param name="ended">Called once after the last row.</param>
    public ChainSource(
        IReadOnlyList<RunCursor> cursors, HlcTimestamp at, bool distinctKeys, RowHasher? hasher, Action? ended)
    {
        _heap = new CursorHeap(cursors);
        _at = at;
        _distinctKeys = distinctKeys && cursors.Count == 1;
        _hasher = hasher;
        _ended = ended;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken = default)
    {
        if (_heap.IsWaiting)
        {
            // What was noted lies in the block that is about to be replaced.
            _hasher?.Drain();
            await _heap.LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!_heap.IsEmpty)
            return true;
        if (!_finished)
        {
            _finished = true;
            _ended?.Invoke();
        }

        return false;
    }

    /// <inheritdoc/>
    public bool TryRead(out RowVersion row)
    {
        row = default;
        if (_given)
        {
            _given = false;
            _heap.Step();
        }

        while (!_heap.IsWaiting && !_heap.IsEmpty)
        {
            var rows = _heap.Top.Rows;
            if (IsChosen(rows))
            {
                _given = true;
                row = rows.Row;
                _hasher?.Add(rows.Buffer, rows.Offset, rows.Length, rows.Timestamp, rows.IsDeletion);
                return true;
            }

            _heap.Step();
        }

        return false;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _finished = true;
        return _heap.DisposeAsync();
    }

    // The first version of a key that is not too new decides about the key; what follows of it is passed over.
    private bool IsChosen(BlockRows rows)
    {
        if (rows.Timestamp > _at)
            return false;
        if (_distinctKeys)
            return !rows.IsDeletion;
        var key = rows.Key;
        if (key.Length == _keyLength && key.SequenceEqual(_key.AsSpan(0, _keyLength)))
            return false;
        if (key.Length > _key.Length)
            _key = new byte[Math.Max(64, key.Length)];
        key.CopyTo(_key);
        _keyLength = key.Length;
        return !rows.IsDeletion;
    }
}
