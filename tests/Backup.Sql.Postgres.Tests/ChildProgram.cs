using System.Diagnostics;
using System.Globalization;
using Backup.Sql.Postgres.Tests.State;

namespace Backup.Sql.Postgres.Tests;

/// <summary>
/// What this assembly does when it is started as a program: the part of another process in a test that needs one.
/// </summary>
internal static class ChildProgram
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        ["count", var connectionString, var schema, var key, var times] =>
            StateWriters.CountAsync(connectionString, schema, key, int.Parse(times, CultureInfo.InvariantCulture)),
        ["write", var connectionString, var schema] => StateWriters.WriteForEverAsync(connectionString, schema),
        ["job", var root, var connectionString, var minutes, var statement] =>
            StateJobs.RunAsync(root, connectionString, int.Parse(minutes, CultureInfo.InvariantCulture), statement),
        _ => Task.FromResult(2),
    };

    /// <summary>Starts another process with a part of this program; it is killed when the test is done with it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
}
