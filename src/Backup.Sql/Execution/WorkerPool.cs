namespace Backup.Sql.Execution;

/// <summary>
/// Bounds how many spans a job works on at a time, over all its spaces: each worker holds buffers, so this bounds
/// memory as well as the load on the cores.
/// </summary>
internal sealed class WorkerPool(int workers) : IDisposable
{
    private readonly SemaphoreSlim _free = new(workers);

    /// <summary>How many work at a time.</summary>
    public int Workers => workers;

    /// <summary>
    /// Works on all items, in their order as workers come free; the first error stops the rest and is thrown once all
    /// have ended.
    /// </summary>
    public async Task ForEachAsync<T>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        var running = new List<Task>();
        foreach (var item in items)
        {
            try
            {
                await _free.WaitAsync(failed.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            // Engines and codecs work synchronously for long stretches: they must not hold up this loop.
            running.Add(Task.Run(() => RunOneAsync(item), CancellationToken.None));
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        if (first is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        if (running.Count < items.Count)
            cancellationToken.ThrowIfCancellationRequested();

        async Task RunOneAsync(T item)
        {
            try
            {
                failed.Token.ThrowIfCancellationRequested();
                await work(item, failed.Token).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref first, error, null);
                await failed.CancelAsync().ConfigureAwait(false);
            }
            finally
            {
                _free.Release();
            }
        }
    }

    public void Dispose() => _free.Dispose();
}
