using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution.Pauses;

/// <summary>Calls the controller of one engine, each call with a limit of time, whatever the controller does.</summary>
internal sealed class ControllerCalls(string engine, IPauseController controller, TimeProvider time)
{
    /// <summary>How long a controller may take to answer.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(10);

    private const int ResumeTries = 3;

    public Task<IReadOnlyList<PauseMember>> GetMembersAsync(CancellationToken cancellationToken) =>
        AskAsync("list its nodes", Limit, controller.GetMembersAsync, null, cancellationToken);

    /// <summary>
    /// Asks for a pause. When the answer comes too late, or nobody waits for it any more, the pause is lifted as soon
    /// as it has come.
    /// </summary>
    public Task<bool> PauseAsync(PauseRequest request, CancellationToken cancellationToken) =>
        AskAsync(
            "pause", request.DrainLimit + Limit, token => controller.PauseAsync(request, token),
            late => LiftWhenAnsweredAsync(late, request.PauseId), cancellationToken);

    public Task<bool> IsPausedAsync(string pauseId, CancellationToken cancellationToken) =>
        AskAsync(
            "tell whether it is paused", Limit, token => controller.IsPausedAsync(pauseId, token), null,
            cancellationToken);

    /// <summary>Lifts a pause, at the third try at the latest.</summary>
    /// <returns>Null; or why the pause may still stand.</returns>
    public async Task<BackupSqlException?> TryResumeAsync(string pauseId)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AskAsync(
                    "resume",
                    Limit,
                    async token =>
                    {
                        await controller.ResumeAsync(pauseId, token).ConfigureAwait(false);
                        return true;
                    },
                    null,
                    CancellationToken.None).ConfigureAwait(false);
                return null;
            }
            catch (BackupSqlException error) when (attempt < ResumeTries)
            {
                _ = error; // the next try may do
            }
            catch (BackupSqlException error)
            {
                return error;
            }
        }
    }

    private async Task<T> AskAsync<T>(
        string call, TimeSpan limit, Func<CancellationToken, ValueTask<T>> ask, Func<Task<T>, Task>? whenLate,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A periodic timer: on a test's clock that jumps to the end of every wait, a limit is no wait.
        var timer = time.CreateTimer(_ => Cancel(stop), null, limit, limit);
        await using var disposing = timer.ConfigureAwait(false);
        var token = stop.Token;
        var asked = Task.Run(() => ask(token).AsTask(), CancellationToken.None);
        try
        {
            return await asked.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _ = whenLate?.Invoke(asked);
            cancellationToken.ThrowIfCancellationRequested();
            throw Errors.ControllerLate(engine, call, limit);
        }
        catch (Exception error)
        {
            throw Errors.ControllerFailed(engine, call, error);
        }
    }

    private static void Cancel(CancellationTokenSource stop)
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer came at the same moment as the end of the limit.
        }
    }

    private async Task LiftWhenAnsweredAsync(Task answer, string pauseId)
    {
        await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TryResumeAsync(pauseId).ConfigureAwait(false);
    }
}
