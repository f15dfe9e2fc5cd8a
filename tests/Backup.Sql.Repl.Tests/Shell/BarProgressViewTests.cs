using Backup.Sql.Execution;
using Backup.Sql.Repl.Demo;
using Backup.Sql.Repl.Shell;
using Spectre.Console;

namespace Backup.Sql.Repl.Tests.Shell;

public sealed class BarProgressViewTests : IDisposable
{
    private readonly StringWriter _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public async Task A_job_is_shown_with_phase_rate_and_time_left()
    {
        var shown = await View().ShowAsync(async progress =>
        {
            progress.Report(Report("exporting", 0.25, 50));
            await Task.Delay(400); // The bar is drawn ten times per second.
            return 7;
        });

        Assert.Equal(7, shown);
        var text = _terminal.ToString();
        Assert.Contains("exporting shop", text);
        Assert.Contains("25%", text);
        Assert.Contains("2.0 MiB/s", text);
        Assert.Contains("3 min 12 s left", text);
    }

    [Fact]
    public async Task A_statement_that_reports_nothing_draws_nothing()
    {
        Assert.Equal(7, await View().ShowAsync(_ => Task.FromResult(7)));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => View().ShowAsync<int>(_ => Task.FromException<int>(new InvalidOperationException())));

        Assert.Equal("", _terminal.ToString());
    }

    [Fact]
    public async Task An_error_after_the_first_report_comes_through()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => View().ShowAsync<int>(async progress =>
        {
            progress.Report(Report("exporting", 0.25, 50));
            await Task.Yield();
            throw new InvalidOperationException();
        }));
    }

    [Fact]
    public void The_demo_prints_the_end_of_every_phase_that_did_something()
    {
        var reports = new PhaseReports();
        reports.Report(Report("planning", 0, 0));
        reports.Report(Report("exporting", 0.1, 1024));
        reports.Report(Report("exporting", 0.9, 2048) with { StoredBytes = 512 });
        reports.Report(Report("done", 1, 0));

        Assert.Equal(["  exporting: 2.0 KiB, 512 B in the store, 2.0 MiB/s"], reports.Lines());
    }

    private BarProgressView View() => new(AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(_terminal),
        Ansi = AnsiSupport.Yes,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.Yes,
    }));

    private static JobProgress Report(string phase, double fraction, long bytes) => new()
    {
        JobId = 1,
        Phase = phase,
        Object = "shop",
        Fraction = fraction,
        BytesDone = bytes,
        BytesPerSecond = 2 << 20,
        TimeLeft = TimeSpan.FromSeconds(192),
    };
}
