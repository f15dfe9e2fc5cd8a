namespace Backup.Sql.Collections.Format;

/// <summary>
/// Merges cursors: its top is the least row by key, then by layer (newest first), then by time (newest first), then by
/// file (later first). A binary heap; with a single cursor it costs nothing.
/// </summary>
internal sealed class CursorHeap : IAsyncDisposable
{
    private readonly IReadOnlyList<RunCursor> _cursors;
    private readonly RunCursor[] _heap;
    private int _count;
    private bool _started;

    /// <summary>A heap before the first row.</summary>
    /// <param name="cursors">The cursors; owned from now on.</param>
    public CursorHeap(IReadOnlyList<RunCursor> cursors)
    {
        _cursors = cursors;
        _heap = new RunCursor[cursors.Count];
    }

    /// <summary>True when <see cref="LoadAsync"/> must be awaited before the top is looked at.</summary>
    public bool IsWaiting { get; private set; } = true;

    /// <summary>True after the last row.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>The cursor that stands on the least row.</summary>
    public RunCursor Top => _heap[0];

    /// <summary>Steps the top cursor on.</summary>
    public void Step()
    {
        if (_heap[0].Advance())
            SiftDown(0);
        else
            IsWaiting = true;
    }

    /// <summary>Reads what the heap waits for.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (!_started)
            await StartAsync(cancellationToken).ConfigureAwait(false);
        else if (await _heap[0].LoadAsync(cancellationToken).ConfigureAwait(false))
            SiftDown(0);
        else
            RemoveTop();
        IsWaiting = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _count = 0;
        foreach (var cursor in _cursors)
            await cursor.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _count = 0;
        foreach (var cursor in _cursors)
        {
            // After a cancelled start some cursors stand on their first row already.
            if (cursor.HasRow || await cursor.LoadAsync(cancellationToken).ConfigureAwait(false))
                _heap[_count++] = cursor;
        }

        for (var i = (_count / 2) - 1; i >= 0; i--)
            SiftDown(i);
        _started = true;
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
