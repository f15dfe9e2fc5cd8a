namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Work that goes on beside a test until it is disposed; what went wrong in it comes out then.</summary>
internal sealed class Shift(CancellationTokenSource stop, Task work) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        stop.Dispose();
    }
}
