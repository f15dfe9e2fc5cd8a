using Backup.Sql.Rows;

namespace Backup.Sql.TestKit;

/// <summary>
/// A sink that keeps all rows, and watches that its caller keeps to the protocol: one call at a time, and a flush when
/// asked for one.
/// </summary>
/// <param name="rowsPerFlush">After how many rows a flush is asked for.</param>
internal sealed class CollectedRows(int rowsPerFlush = 7) : IRowVersionSink
{
    private int _sinceFlush;
    private int _busy;

    public List<CollectedRow> Rows { get; } = [];

    /// <summary>Called after every row: a test does something in the middle of an export.</summary>
    public Action? AfterRow { get; init; }

    public bool Write(in RowVersion row)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("The sink was called twice at a time.");
        if (_sinceFlush >= rowsPerFlush)
            throw new InvalidOperationException("A row was written where a flush was asked for.");
        Rows.Add(new CollectedRow(row.Key.ToArray(), row.Timestamp, row.IsDeletion ? null : row.Value.ToArray()));
        AfterRow?.Invoke();
        Volatile.Write(ref _busy, 0);
        return ++_sinceFlush < rowsPerFlush;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        _sinceFlush = 0;
    }
}
