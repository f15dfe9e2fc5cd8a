using Backup.Sql.Rows;

namespace Backup.Sql.TestKit;

/// <summary>A source of rows that are all there, handed out a few at a time.</summary>
/// <param name="rows">The rows, keys ascending.</param>
/// <param name="rowsPerFill">How many are ready after each fill.</param>
internal sealed class ListedRows(IReadOnlyList<CollectedRow> rows, int rowsPerFill = 5) : IRowSource
{
    private int _next;
    private int _ready;

    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        _ready = Math.Min(rows.Count, _next + rowsPerFill);
        return _next < _ready;
    }

    public bool TryRead(out RowVersion row)
    {
        row = default;
        if (_next == _ready)
            return false;
        var next = rows[_next++];
        row = new RowVersion(next.Key, next.Timestamp, next.Value);
        return true;
    }
}
