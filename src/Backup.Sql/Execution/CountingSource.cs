using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>Passes rows on and counts them for the progress, batch by batch.</summary>
internal sealed class CountingSource(IRowSource inner, ProgressTracker progress) : IRowSource
{
    private long _reportedRows;
    private long _reportedBytes;

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken = default)
    {
        var more = await inner.FillAsync(cancellationToken).ConfigureAwait(false);
        progress.Add(Rows - _reportedRows, Bytes - _reportedBytes);
        (_reportedRows, _reportedBytes) = (Rows, Bytes);
        return more;
    }

    public bool TryRead(out RowVersion row)
    {
        if (!inner.TryRead(out row))
            return false;
        Rows++;
        Bytes += row.Key.Length + row.Value.Length;
        return true;
    }
}
