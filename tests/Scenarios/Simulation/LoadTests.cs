using System.Globalization;
using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Eight databases are backed up and restored at once in one process, which has to make do with its memory.</summary>
public sealed class LoadTests : IDisposable
{
    /// <summary>
    /// What a process needs beside the buffers of its jobs, in MiB: the runtime, SQLite's caches of open connections,
    /// compressors, and garbage that is not collected yet.
    /// </summary>
    private const int Besides = 64;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Sixteen_jobs_at_once_end_right_and_within_their_memory()
    {
        var root = KilledProcess.MakeWorld(_directory.Below("world"));
        using var child = ChildProgram.Start("load", root);
        var answer = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.Equal(0, child.ExitCode);
        var words = answer.Trim().Split(' ');
        var (peak, managed) = (int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture));
        const int Bound = (2 * LoadProcess.Databases * LoadProcess.BudgetMebibytes) + Besides;
        Assert.True(peak <= Bound, $"The working set was {peak} MiB at its peak; {Bound} are allowed.");
        Assert.Empty(KilledProcess.Leftovers(root));
        Figures.Print(
            $"load: {LoadProcess.Databases} databases of {LoadProcess.MebibytesEach} MiB, 8 backups and 8 restores at once, {LoadProcess.Rounds} rounds:"
            + $" peak working set {peak} MiB (bound {Bound}), managed {managed} MiB, all equal");
    }
}
