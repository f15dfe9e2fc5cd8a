using Backup.Sql.Execution;
using Backup.Sql.Repl.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Backup.Sql.Repl.Shell;

/// <summary>A bar with rate and time left, at the foot of a terminal; it is gone when the statement ends.</summary>
/// <param name="console">The terminal.</param>
internal sealed class BarProgressView(IAnsiConsole console) : IProgressView
{
    /// <inheritdoc/>
    public async Task<T> ShowAsync<T>(Func<IProgress<JobProgress>, Task<T>> statement)
    {
        var bar = new Bar();
        var work = statement(bar);
        if (await Task.WhenAny(work, bar.FirstReport).ConfigureAwait(false) == work)
            return await work.ConfigureAwait(false); // Nothing to watch, and nothing drawn.
        return await console.Progress()
            .AutoClear(true)
            .Columns(
                new ReportColumn(bar, Phase),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ReportColumn(bar, Rate),
                new ReportColumn(bar, TimeLeft))
            .StartAsync(context =>
            {
                bar.DrawIn(context);
                return work;
            })
            .ConfigureAwait(false);
    }

    private static string Phase(JobProgress progress) =>
        progress.Object is { } name ? $"{progress.Phase} {name}" : progress.Phase;

    private static string Rate(JobProgress progress) =>
        progress.BytesPerSecond > 0 ? ValueText.Bytes(progress.BytesPerSecond) + "/s" : "";

    private static string TimeLeft(JobProgress progress) =>
        progress.TimeLeft is { } left ? ValueText.Duration(left) + " left" : "";

    /// <summary>One statement's bar; it is drawn from the first report on.</summary>
    private sealed class Bar : IProgress<JobProgress>
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ProgressTask? _task;

        public Task FirstReport => _reported.Task;

        public JobProgress? Latest { get; private set; }

        public void DrawIn(ProgressContext context)
        {
            lock (_lock)
            {
                _task = context.AddTask("job", maxValue: 1);
                _task.Value = Latest?.Fraction ?? 0;
            }
        }

        public void Report(JobProgress value)
        {
            lock (_lock)
            {
                Latest = value;
                if (_task is not null)
                    _task.Value = value.Fraction;
            }

            _reported.TrySetResult();
        }
    }

    /// <summary>Prints one figure of the latest report.</summary>
    private sealed class ReportColumn(Bar bar, Func<JobProgress, string> print) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(bar.Latest is { } latest ? ValueText.ShowControls(print(latest)) : "").Overflow(Overflow.Ellipsis);
    }
}
