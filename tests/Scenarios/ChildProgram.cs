using System.Diagnostics;
using System.Globalization;
using Backup.Sql.Scenarios.Simulation;

namespace Backup.Sql.Scenarios;

/// <summary>
/// What this assembly does when it is started as a program: the part of another process in a test that needs one.
/// </summary>
internal static class ChildProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["run", var root, var minutes, var databases, var death, var statement]:
                await using (var host = KilledProcess.Open(root, Number(minutes), databases, death))
                    await KilledProcess.RunAsync(host, statement);
                return 0;
            case ["serve", var root, var minutes]:
                await using (var host = KilledProcess.Open(root, Number(minutes)))
                    await KilledProcess.ServeAsync(host);
                return 0;
            case ["load", var root]:
                await LoadProcess.RunAsync(root);
                return 0;
            default:
                return 2;
        }
    }

    /// <summary>Starts another process with a part of this program; it is killed when the test is done with it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
