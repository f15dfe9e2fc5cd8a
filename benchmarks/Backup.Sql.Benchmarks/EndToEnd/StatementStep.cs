using System.Diagnostics;
using System.Globalization;
using Backup.Sql.Execution;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>
/// One statement in a process of its own, as a host would run it:
/// <c>step --root DIR [--db NAME=FILE]… [--dir DIR] [--level N] SQL</c>. Prints the seconds that the statement took without
/// the start of the runtime.
/// </summary>
internal static class StatementStep
{
    public const string Seconds = "statement-seconds ";

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var databases = new Dictionary<string, string>();
        var (root, level, sql) = ("/", 1, "");
        string? directory = null;
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--root":
                    root = args[++i];
                    break;
                case "--dir":
                    directory = args[++i];
                    break;
                case "--db":
                    var pair = args[++i].Split('=', 2);
                    databases.Add(pair[0], pair[1]);
                    break;
                case "--level":
                    level = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                default:
                    sql = args[i];
                    break;
            }
        }

        var watch = Stopwatch.StartNew();
        var engine = SqliteEngine.Open(
            new SqliteEngineOptions { Databases = databases, Directory = directory, ClusterId = "benchmark" });
        var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, Engines.IDatabaseEngine> { ["sqlite"] = engine },
            Stores = [new FileObjectStoreProvider(root)],
            Settings = new BackupSettings { CompressionLevel = level },
            ScratchDirectory = root,
        });
        await using (host.ConfigureAwait(false))
        {
            var result = await host.OpenSession().ExecuteAsync(sql).ConfigureAwait(false);
            await foreach (var row in result.Rows.ConfigureAwait(false))
                Console.WriteLine(string.Join(" | ", row));
            foreach (var notice in result.Notices)
                Console.WriteLine(notice);
        }

        Console.WriteLine(Seconds + watch.Elapsed.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture));
        Console.WriteLine($"collections {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)}, "
            + $"allocated {GC.GetTotalAllocatedBytes() >> 10} KiB");
        return 0;
    }
}
