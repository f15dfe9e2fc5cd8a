using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>
/// Carries the rows of one table to the engine that takes them: reading, decompressing and digesting goes on in one
/// thread while the other inserts, and the rows arrive in the order of their keys, in which tables are built fastest.
/// </summary>
internal static class RowTransfer
{
    /// <summary>Carries rows over.</summary>
    /// <param name="give">Writes all rows.</param>
    /// <param name="take">Takes them to the last one.</param>
    /// <param name="cancellationToken">Ends both.</param>
    public static async Task RunAsync(
        Func<IRowVersionSink, CancellationToken, Task> give,
        Func<IRowSource, CancellationToken, ValueTask> take,
        CancellationToken cancellationToken)
    {
        using var pipe = new RowPipe();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var giving = Task.Run(() => GiveAsync(pipe, give, failed.Token), CancellationToken.None);
        try
        {
            await take(pipe, failed.Token).ConfigureAwait(false);
        }
        catch
        {
            await failed.CancelAsync().ConfigureAwait(false);
            await giving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await giving.ConfigureAwait(false);
    }

    private static async Task GiveAsync(
        RowPipe pipe, Func<IRowVersionSink, CancellationToken, Task> give, CancellationToken cancellationToken)
    {
        try
        {
            await give(pipe, cancellationToken).ConfigureAwait(false);
            await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
            pipe.Complete();
        }
        catch (Exception error)
        {
            pipe.Complete(error);
            throw;
        }
    }

    /// <summary>Writes all rows of a source to a sink.</summary>
    public static async Task CopyAsync(IRowSource rows, IRowVersionSink sink, CancellationToken cancellationToken)
    {
        while (await rows.FillAsync(cancellationToken).ConfigureAwait(false))
        {
            while (!CopyReady(rows, sink))
                await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Copies the rows that are ready.</summary>
    /// <returns>False when the sink is to be flushed before the next one.</returns>
    private static bool CopyReady(IRowSource rows, IRowVersionSink sink)
    {
        while (rows.TryRead(out var row))
        {
            if (!sink.Write(row))
                return false;
        }

        return true;
    }
}
