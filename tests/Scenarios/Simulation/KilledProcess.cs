using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>A process on a world in a directory: the one that is killed, and the one that goes on after it.</summary>
internal static class KilledProcess
{
    /// <summary>Makes the directories of a world: databases, stores, scratch, state.</summary>
    public static string MakeWorld(string root)
    {
        foreach (var name in new[] { "databases", "empty", "stores", "scratch", "state" })
            Directory.CreateDirectory(Path.Combine(root, name));
        return root;
    }

    /// <summary>Opens a host.</summary>
    /// <param name="root">The world.</param>
    /// <param name="minutesAhead">How far its clock is ahead: leases of processes that ran behind it have run out.</param>
    /// <param name="databases">The directory of the databases in it.</param>
    /// <param name="death">When the process kills itself: see <see cref="DeadlyState"/>.</param>
    public static BackupHost Open(string root, int minutesAhead, string databases = "databases", string death = "never")
    {
        SQLitePCL.Batteries_V2.Init();
        var clock = new ShiftedClock(TimeSpan.FromMinutes(minutesAhead));
        return new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine>
            {
                ["sqlite"] = SqliteEngine.Open(
                    new SqliteEngineOptions { Directory = Path.Combine(root, databases), TimeProvider = clock }),
            },
            Stores = [new FileObjectStoreProvider(Path.Combine(root, "stores"))],
            StateStore = new DeadlyState(SqliteStateStore.Open(Path.Combine(root, "state", "state.db")), death),
            ScratchDirectory = Path.Combine(root, "scratch"),
            TimeProvider = clock,
            Settings = new BackupSettings { Workers = 2, FileSize = 24 << 10, CheckpointInterval = TimeSpan.Zero },
        });
    }

    /// <summary>Runs a statement, and tells when it begins and when it is done.</summary>
    public static async Task RunAsync(BackupHost host, string statement)
    {
        Console.WriteLine("begins");
        await host.OpenSession().ExecuteAsync(statement);
        Console.WriteLine("done");
    }

    /// <summary>
    /// Does what each line says (<c>adopt</c>, <c>due</c>, or a statement) and answers with a line: what was done, or
    /// the error's code.
    /// </summary>
    public static async Task ServeAsync(BackupHost host)
    {
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            try
            {
                Console.WriteLine(line switch
                {
                    "adopt" => $"adopted {(await host.AdoptJobsAsync()).Jobs.Count}",
                    "due" => $"ran {(await host.RunDueSchedulesAsync()).Runs.Count}",
                    _ => await ExecuteAsync(host, line),
                });
            }
            catch (BackupSqlException error)
            {
                Console.WriteLine($"error {error.SqlState} {error.Message}");
            }
        }
    }

    /// <summary>The first row of a statement's result; null when it has none.</summary>
    public static async Task<IReadOnlyDictionary<string, object?>?> RowAsync(BackupHost host, string statement)
    {
        var result = await host.OpenSession().ExecuteAsync(statement);
        var rows = await result.Rows.ToListAsync();
        return rows.Count == 0
            ? null
            : result.Columns.Select((column, i) => (column.Name, rows[0][i])).ToDictionary(pair => pair.Name, pair => pair.Item2);
    }

    /// <summary>
    /// What nobody needs and yet lies about in a world that is at rest: pieces of files, of layers, of restores.
    /// </summary>
    public static IReadOnlyList<string> Leftovers(string root)
    {
        var stored = Directory.GetFiles(Path.Combine(root, "stores"), "*", AllFiles);
        var uncommitted = stored.Where(file => file.Contains("/data/", StringComparison.Ordinal)
            && !File.Exists(file[..file.IndexOf("/data/", StringComparison.Ordinal)] + "/BACKUP_MANIFEST"));
        var own = new[] { "databases", "empty" }.Select(name => Path.Combine(root, name, ".backupsql"))
            .Where(Directory.Exists).SelectMany(Directory.GetFileSystemEntries)
            .Where(path => Path.GetFileName(path) != "cluster-id");
        return
        [
            .. uncommitted, .. own, .. Directory.GetFileSystemEntries(Path.Combine(root, "scratch")),
            .. stored.Where(file => Path.GetFileName(file).StartsWith(ObjectName.AsidePrefix, StringComparison.Ordinal)
                || file.Contains("/progress/", StringComparison.Ordinal)),
        ];
    }

    private static EnumerationOptions AllFiles => new() { RecurseSubdirectories = true, AttributesToSkip = 0 };

    private static async Task<string> ExecuteAsync(BackupHost host, string statement)
    {
        var result = await host.OpenSession().ExecuteAsync(statement);
        await result.Rows.ToListAsync();
        return "ok";
    }

    /// <summary>The system's clock, some time ahead.</summary>
    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
