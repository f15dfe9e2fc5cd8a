using Backup.Sql.Catalog;
using Backup.Sql.Collections.Format;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// The rows of one range of keys as they were at a time: merges the layers of a chain, of each key the newest version,
/// unless that is a deletion. To be disposed.
/// </summary>
/// <remarks>
/// The cursors form a binary heap by key, then by layer (newest first), then by time (newest first), then by file (later
/// first); the first one of a key decides. A single cursor needs none of this and is read straight through.
/// </remarks>
internal sealed class ChainSource : IRowSource, IAsyncDisposable
{
    private readonly RunCursor[] _heap;
    private readonly HlcTimestamp _at;
    private readonly RowHasher? _hasher;
    private readonly Action? _ended;
    private readonly bool _distinctKeys;
    private readonly RunCursor[] _all;
    private int _count;
    private RunCursor? _waiting;
    private RunCursor? _given;
    private byte[] _key = [];
    private int _keyLength = -1;
    private bool _started;
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
        _all = [.. cursors];
        _heap = new RunCursor[_all.Length];
        _at = at;
        _distinctKeys = distinctKeys && _all.Length == 1;
        _hasher = hasher;
        _ended = ended;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken = default)
    {
        if (!_started)
            await StartAsync(cancellationToken).ConfigureAwait(false);
        if (_waiting is { } cursor)
        {
            _hasher?.Drain();
            if (await cursor.LoadAsync(cancellationToken).ConfigureAwait(false))
                SiftDown(0);
            else
                RemoveTop();
            _waiting = null;
        }

        if (_count > 0)
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
        if (_given is { } given)
        {
            _given = null;
            Step(given);
        }

        while (_waiting is null && _count > 0)
        {
            var top = _heap[0];
            if (IsChosen(top))
            {
                _given = top;
                row = top.Rows.Row;
                _hasher?.Add(
                    top.Rows.Buffer, top.Rows.Offset, top.Rows.Length, top.Rows.Timestamp, top.Rows.IsDeletion);
                return true;
            }

            Step(top);
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var cursor in _all)
            await cursor.DisposeAsync().ConfigureAwait(false);
        _count = 0;
        _finished = true;
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        foreach (var cursor in _all)
        {
            if (!cursor.HasRow && !await cursor.LoadAsync(cancellationToken).ConfigureAwait(false))
                continue;
            _heap[_count++] = cursor;
        }

        for (var i = (_count / 2) - 1; i >= 0; i--)
            SiftDown(i);
        _started = true;
    }

    // The first version of a key that is not too new decides about the key; what follows of it is passed over.
    private bool IsChosen(RunCursor top)
    {
        var rows = top.Rows;
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

    private void Step(RunCursor top)
    {
        if (top.Advance())
            SiftDown(0);
        else
            _waiting = top;
    }

    private void RemoveTop()
    {
        _heap[0] = _heap[--_count];
        if (_count > 0)
            SiftDown(0);
    }

    private void SiftDown(int at)
    {
        while (true)
        {
            var least = at;
            for (var child = (2 * at) + 1; child <= (2 * at) + 2 && child < _count; child++)
            {
                if (IsBefore(_heap[child], _heap[least]))
                    least = child;
            }

            if (least == at)
                return;
            (_heap[at], _heap[least]) = (_heap[least], _heap[at]);
            at = least;
        }
    }

    private static bool IsBefore(RunCursor left, RunCursor right)
    {
        var order = left.Rows.Key.SequenceCompareTo(right.Rows.Key);
        if (order != 0)
            return order < 0;
        if (left.Rank != right.Rank)
            return left.Rank < right.Rank;
        var byTime = left.Rows.Timestamp.CompareTo(right.Rows.Timestamp);
        return byTime != 0 ? byTime > 0 : left.FileId > right.FileId;
    }
}
