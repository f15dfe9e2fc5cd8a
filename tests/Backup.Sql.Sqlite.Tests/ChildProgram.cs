using System.Diagnostics;
using System.Globalization;
using Backup.Sql.Sqlite.Tests.State;

namespace Backup.Sql.Sqlite.Tests;

/// <summary>
/// What this assembly does when it is started as a program: the part of another process in a test that needs one.
/// </summary>
internal static class ChildProgram
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        ["count", var path, var key, var times] =>
            StateWriters.CountAsync(path, key, int.Parse(times, CultureInfo.InvariantCulture)),
        ["write", var path] => StateWriters.WriteForEverAsync(path),
        ["make", var directory] => StateWriters.MakeForEverAsync(directory),
        _ => Task.FromResult(2),
    };

    /// <summary>Starts another process with a part of this program; it is killed when the test is done with it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
}
