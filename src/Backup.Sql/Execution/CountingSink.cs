using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>Passes rows on and counts them for the progress, block by block.</summary>
internal sealed class CountingSink(IRowVersionSink inner, ProgressTracker progress) : IRowVersionSink
{
    private const long ReportEvery = 1 << 20;

    private long _rows;
    private long _bytes;

    public bool Write(in RowVersion row)
    {
        _rows++;
        _bytes += row.Key.Length + row.Value.Length;
        if (_bytes >= ReportEvery)
            Report();
        return inner.Write(row);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    /// <summary>Counts what was not counted yet.</summary>
    public void Report()
    {
        progress.Add(_rows, _bytes);
        (_rows, _bytes) = (0, 0);
    }
}
