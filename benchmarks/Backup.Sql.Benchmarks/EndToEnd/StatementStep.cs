using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Postgres;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>
/// Statements in a process of their own, each by a host of its own:
/// <c>step --root DIR [--db NAME=FILE]… [--dir DIR] [--postgres CONNECTION] [--level N] SQL [--then …]</c>. Prints what the last one took; those
/// before it do what a program that has been running for a while has done already: their code is compiled.
/// </summary>
internal static class StatementStep
{
    public const string Then = "--then";
    public const string Seconds = "statement-seconds ";
    public const string CpuSeconds = "statement-cpu-seconds ";

    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(300);

    public static async Task<int> RunAsync(IEnumerable<string> args)
    {
        var rest = args.ToList();
        while (rest.IndexOf(Then) is > 0 and var end)
        {
            await RunOneAsync(rest[..end]).ConfigureAwait(false);
            rest.RemoveRange(0, end + 1);
        }

        // What the warm-up left lying about, and what it still has compiled in the background, is not the statement's.
        GC.Collect();
        for (var methods = 0L; methods != JitInfo.GetCompiledMethodCount(); await Task.Delay(SettleTime).ConfigureAwait(false))
            methods = JitInfo.GetCompiledMethodCount();
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await RunOneAsync(rest).ConfigureAwait(false);
        Print(Seconds, watch.Elapsed);
        Print(CpuSeconds, Environment.CpuUsage.TotalTime - cpu);
        Console.WriteLine(
            $"{JitInfo.GetCompiledMethodCount()} methods compiled in {JitInfo.GetCompilationTime().TotalMilliseconds:F0} ms; "
                + $"collections {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)}; "
                + $"{GC.GetTotalAllocatedBytes() >> 10} KiB allocated");
        return 0;
    }

    private static void Print(string name, TimeSpan time) =>
        Console.WriteLine(name + time.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture));

    private static async Task RunOneAsync(List<string> args)
    {
        var root = Values(args, "--root").Single();
        var level = Values(args, "--level").FirstOrDefault("1");
        var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine> { ["shop"] = OpenEngine(args) },
            Stores = [new FileObjectStoreProvider(root)],
            Settings = new BackupSettings { CompressionLevel = int.Parse(level, CultureInfo.InvariantCulture) },
            ScratchDirectory = root,
        });
        await using (host.ConfigureAwait(false))
        {
            var result = await host.OpenSession().ExecuteAsync(args[^1]).ConfigureAwait(false);
            await foreach (var row in result.Rows.ConfigureAwait(false))
                Console.WriteLine(string.Join(" | ", row));
            foreach (var notice in result.Notices)
                Console.WriteLine(notice);
        }
    }

    private static IDatabaseEngine OpenEngine(List<string> args) => Values(args, "--postgres").FirstOrDefault() is { } connection
        ? PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = connection })
        : SqliteEngine.Open(new SqliteEngineOptions
        {
            Databases = Values(args, "--db").Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]),
            Directory = Values(args, "--dir").FirstOrDefault(),
            ClusterId = "benchmark",
        });

    private static IEnumerable<string> Values(List<string> args, string option) =>
        Enumerable.Range(0, args.Count).Where(i => args[i] == option).Select(i => args[i + 1]);
}
