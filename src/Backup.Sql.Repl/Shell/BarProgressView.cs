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
                bar.Context = context;
                return statement(bar);
            })
            .ConfigureAwait(false);
    }

    private static string Phase(JobProgress progress) =>
        progress.Object is { } name ? $"{progress.Phase} {name}" : progress.Phase;

    private static string Rate(JobProgress progress) =>
        progress.BytesPerSecond > 0 ? ValueText.Bytes(progress.BytesPerSecond) + "/s" : "";

    private static string TimeLeft(JobProgress progress) =>
        progress.TimeLeft is { } left ? ValueText.Duration(left) + " left" : "";

    /// <summary>One statement's bar; it appears with the first report, so that short statements show none.</summary>
    private sealed class Bar : IProgress<JobProgress>
    {
        private readonly Lock _lock = new();
        private ProgressTask? _task;

        public ProgressContext? Context { get; set; }

        public JobProgress? Latest { get; private set; }

        public void Report(JobProgress value)
        {
            lock (_lock)
            {
                Latest = value;
                _task ??= Context?.AddTask("job", maxValue: 1);
                if (_task is not null)
                    _task.Value = value.Fraction;
            }
        }
    }

    /// <summary>Prints one figure of the latest report.</summary>
    private sealed class ReportColumn(Bar bar, Func<JobProgress, string> print) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(bar.Latest is { } latest ? ValueText.ShowControls(print(latest)) : "").Overflow(Overflow.Ellipsis);
    }
}
