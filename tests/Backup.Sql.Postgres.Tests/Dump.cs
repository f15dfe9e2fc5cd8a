using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>What pg_dump says of a database, in a form that two databases can be compared in.</summary>
internal static partial class Dump
{
    /// <summary>All definitions.</summary>
    /// <param name="test">The server.</param>
    /// <param name="database">The database; its name stands as DATABASE in the text.</param>
    /// <param name="options">More options of pg_dump.</param>
    public static Task<string> SchemaAsync(TestServer test, string database, params string[] options) =>
        RunAsync(test, database, ["--schema-only", .. options]);

    /// <summary>All rows and values of sequences, ordered by their text.</summary>
    /// <param name="test">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="options">More options of pg_dump.</param>
    public static async Task<string> RowsAsync(TestServer test, string database, params string[] options) =>
        string.Join('\n', (await RunAsync(test, database, ["--data-only", "--inserts", .. options]))
            .Split('\n').Order(StringComparer.Ordinal));

    /// <summary>Both at once, ordered by the text of lines: for what is small and compared often.</summary>
    /// <param name="test">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="options">More options of pg_dump.</param>
    public static async Task<string> WholeAsync(TestServer test, string database, params string[] options) =>
        string.Join('\n', (await RunAsync(test, database, ["--inserts", .. options]))
            .Split('\n').Order(StringComparer.Ordinal));

    private static async Task<string> RunAsync(TestServer test, string database, string[] options)
    {
        var directory = Directory.EnumerateDirectories("/usr/lib/postgresql").Max();
        var start = new ProcessStartInfo(Path.Combine(directory!, "bin", "pg_dump"))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };

        // Before it has set its own, a database may have set others.
        start.Environment["PGOPTIONS"] = "-c statement_timeout=0 -c idle_session_timeout=0 -c lock_timeout=0";
        foreach (var argument in (string[])["-h", "127.0.0.1", "-U", "tester", "-p", $"{test.Port}", "-d", database, .. options])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return Secret().Replace(text.Replace(database, "DATABASE", StringComparison.Ordinal), "");
    }

    [GeneratedRegex(@"^\\(un)?restrict .*$", RegexOptions.Multiline)]
    private static partial Regex Secret();
}
