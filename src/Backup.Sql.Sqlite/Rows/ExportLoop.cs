using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>Rows that go to a sink one after the other, as long as it takes them.</summary>
internal abstract class ExportLoop : IDisposable
{
    private const int RowsBetweenChecks = 1024;

    /// <summary>Writes all rows.</summary>
    public async Task RunAsync(IRowVersionSink sink, CancellationToken cancellationToken)
    {
        var more = true;
        while (more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!WriteSome(sink, out more))
                await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>Goes to the next row.</summary>
    /// <returns>False behind the last one.</returns>
    protected abstract bool MoveNext();

    /// <summary>Writes the row, unless it is left out.</summary>
    /// <returns>False when the sink is to be flushed.</returns>
    protected abstract bool Write(IRowVersionSink sink);

    /// <summary>Writes rows until the sink has had enough, or for a while.</summary>
    private bool WriteSome(IRowVersionSink sink, out bool more)
    {
        more = true;
        for (var i = 0; i < RowsBetweenChecks && more; i++)
        {
            more = MoveNext();
            if (more && !Write(sink))
                return false;
        }

        return true;
    }
}
