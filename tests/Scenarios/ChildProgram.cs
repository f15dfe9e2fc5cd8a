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
        if (arguments is not ["run", var directory, var minutes, var statement])
            return 2;
        await using var host = KilledProcess.Open(directory, int.Parse(minutes, CultureInfo.InvariantCulture));
        await KilledProcess.RunAsync(host, statement);
        return 0;
    }

    /// <summary>Starts another process with a part of this program; it is killed when the test is done with it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
}
