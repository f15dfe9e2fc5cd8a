using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Execution.Pauses;

/// <summary>
/// The pause of one running backup. It is lifted in any case: by <see cref="ResumeAsync"/>, or by
/// <see cref="LiftAsync"/> when anything has gone wrong before; by the controller itself, or by the next host, when the
/// process dies.
/// </summary>
internal sealed class StorePause(RunContext context, long jobId)
{
    /// <summary>How much longer than its plan a pause may stand before its controller lifts it.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>The same, where a store is read to its end inside the pause.</summary>
    private static readonly TimeSpan CopyMargin = TimeSpan.FromHours(1);

    private readonly List<PausedEngine> _standing = [];
    private IReadOnlyList<PausedEngine> _engines = [];
    private TimeSpan _hold;
    private DateTimeOffset _start;
    private long _startTicks;

    /// <summary>The interval and what proves it; null before it has ended well, and without a pause.</summary>
    public PauseEvidence? Evidence { get; private set; }

    /// <summary>What the user should know, as sentences.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    /// <summary>Pauses all engines; when it returns, all of them have said that they stand still.</summary>
    public async Task BeginAsync(PauseStep step, CancellationToken cancellationToken)
    {
        _hold = step.Hold;
        _engines = MakeEngines(step);
        await AllAsync(engine => engine.ReadMembersAsync(cancellationToken)).ConfigureAwait(false);
        foreach (var engine in _engines)
        {
            await context.Pauses.AddAsync(engine.Entry, cancellationToken).ConfigureAwait(false);
            _standing.Add(engine); // from here on somebody has to lift it
        }

        await AllAsync(engine => engine.PauseAsync(RequestOf(engine, step), cancellationToken)).ConfigureAwait(false);
        await AllAsync(engine => engine.ProveStartAsync(cancellationToken)).ConfigureAwait(false);
        _start = context.Time.GetUtcNow();
        _startTicks = context.Time.GetTimestamp();
    }

    /// <summary>
    /// Waits until the pause has lasted long enough, proves that it stood, lifts it, and settles its middle.
    /// </summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var left = _hold - context.Time.GetElapsedTime(_startTicks);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, context.Time, cancellationToken).ConfigureAwait(false);
        await AllAsync(engine => engine.ProveEndAsync(cancellationToken)).ConfigureAwait(false);
        var end = context.Time.GetUtcNow();
        if (await LiftAsync().ConfigureAwait(false) is { } standing)
            throw standing;
        await AllAsync(engine => engine.CheckMembersAsync(cancellationToken)).ConfigureAwait(false);
        Evidence = Settle(end);
    }

    /// <summary>Lifts whatever stands; may be called again.</summary>
    /// <returns>Null; or which engine may still be paused.</returns>
    public async Task<BackupSqlException?> LiftAsync()
    {
        var results = await Task.WhenAll(_standing.Select(async engine =>
            (Engine: engine, Error: await engine.TryResumeAsync().ConfigureAwait(false)))).ConfigureAwait(false);
        _standing.Clear();
        BackupSqlException? worst = null;
        foreach (var (engine, error) in results)
        {
            if (error is null)
            {
                await context.Pauses.RemoveAsync(engine.Entry).ConfigureAwait(false);
                continue;
            }

            // The entry stays: the next host tries again.
            Log.PauseStands(context.Logger, jobId, engine.Name, error);
            worst ??= Errors.PauseNotLifted(engine.Name, engine.Entry.LiftsBy - context.Time.GetUtcNow(), error);
        }

        return worst;
    }

    private IReadOnlyList<PausedEngine> MakeEngines(PauseStep step)
    {
        Span<byte> bits = stackalloc byte[8];
        context.Random.Fill(bits);
        var pauseId = $"job-{jobId}-{Convert.ToHexStringLower(bits)}";
        var now = context.Time.GetUtcNow();
        return
        [
            .. step.Engines.Select(name => new PausedEngine(
                name,
                context.Engines[name],
                context.PauseControllers[name],
                new PauseEntry
                {
                    Engine = name,
                    PauseId = $"{pauseId}-{name}",
                    JobId = jobId,
                    Host = context.Pauses.Host,
                    Asked = now,
                    LiftsBy = now + LiftAfter(step),
                },
                context.Time)),
        ];
    }

    private static TimeSpan LiftAfter(PauseStep step) =>
        step.Wait + step.Hold + (step.IsCopied ? CopyMargin : Margin);

    private static PauseRequest RequestOf(PausedEngine engine, PauseStep step) => new()
    {
        PauseId = engine.Entry.PauseId,
        DrainLimit = step.Wait,
        LiftAfter = LiftAfter(step),
    };

    private PauseEvidence Settle(DateTimeOffset end)
    {
        var half = (end - _start) / 2;
        var middle = HlcTimestamp.FromDateTimeOffset(_start + half).ToMicroseconds();
        foreach (var engine in _engines)
            engine.CheckClock(middle, end - _start);
        var skew = _engines.Select(engine => engine.KnownSkew).Append(context.Settings.ClockMaxOffset).Max();
        if (half < skew)
        {
            Notices =
            [
                $"half of the pause ({half.TotalMilliseconds:0} ms) is shorter than clocks may be apart ({skew.TotalMilliseconds:0} ms): a longer one is safer, WITH pause = '{Math.Ceiling(2 * skew.TotalSeconds):0}s'",
            ];
        }

        return new PauseEvidence
        {
            Start = HlcTimestamp.FromDateTimeOffset(_start),
            End = HlcTimestamp.FromDateTimeOffset(end),
            RestoreTime = middle,
            Stores = [.. _engines.Select(engine => engine.ToEvidence())],
        };
    }

    /// <summary>Does something with all engines at once and waits for all, whatever happens to one.</summary>
    private Task AllAsync(Func<PausedEngine, Task> act) => Task.WhenAll(_engines.Select(act));
}
