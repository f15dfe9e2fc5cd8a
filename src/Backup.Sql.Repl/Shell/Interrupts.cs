using System.Runtime.InteropServices;

namespace Backup.Sql.Repl.Shell;

/// <summary>
/// Turns Ctrl-C into the cancellation of whatever statement runs; between statements it does nothing.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private volatile CancellationTokenSource? _running;

    /// <summary>Starts to listen.</summary>
    public Interrupts() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

    /// <summary>Runs something that Ctrl-C cancels.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="body">Runs with a token of its own.</param>
    /// <param name="cancellationToken">Cancels it too.</param>
    /// <returns>What it gave.</returns>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> body, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _running = source;
        try
        {
            return await body(source.Token).ConfigureAwait(false);
        }
        finally
        {
            _running = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        try
        {
            _running?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The statement ended in the same moment.
        }
    }
}
