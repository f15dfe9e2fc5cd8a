using System.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.State;
using Backup.Sql.Storage;

namespace Backup.Sql.Postgres.Tests.State;

/// <summary>Hosts that back SQLite files up to files and keep their jobs in PostgreSQL.</summary>
internal static class StateJobs
{
    public static string MakeWorld(string root)
    {
        foreach (var name in new[] { "databases", "stores", "scratch" })
            Directory.CreateDirectory(Path.Combine(root, name));
        return root;
    }

    /// <summary>Opens a host.</summary>
    /// <param name="root">The world.</param>
    /// <param name="state">Where jobs are kept.</param>
    /// <param name="minutesAhead">How far its clock is ahead: leases of processes that ran behind it have run out.</param>
    public static BackupHost Open(string root, IStateStore state, int minutesAhead)
    {
        SQLitePCL.Batteries_V2.Init();
        var clock = new ShiftedClock(TimeSpan.FromMinutes(minutesAhead));
        return new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine>
            {
                ["sqlite"] = SqliteEngine.Open(
                    new SqliteEngineOptions { Directory = Path.Combine(root, "databases"), TimeProvider = clock }),
            },
            Stores = [new FileObjectStoreProvider(Path.Combine(root, "stores"))],
            StateStore = state,
            ScratchDirectory = Path.Combine(root, "scratch"),
            TimeProvider = clock,
            Settings = new BackupSettings { Workers = 2, FileSize = 24 << 10, CheckpointInterval = TimeSpan.Zero },
        });
    }

    /// <summary>Runs a statement, and tells when it begins and when it is done.</summary>
    public static async Task<int> RunAsync(string root, string connectionString, int minutesAhead, string statement)
    {
        await using var host = Open(root, PostgresStateStore.Open(connectionString), minutesAhead);
        Console.WriteLine("begins");
        await host.OpenSession().ExecuteAsync(statement);
        Console.WriteLine("done");
        return 0;
    }

    /// <summary>The first row of a statement's result.</summary>
    public static async Task<IReadOnlyDictionary<string, object?>> RowAsync(BackupHost host, string statement)
    {
        var result = await host.OpenSession().ExecuteAsync(statement);
        var rows = await result.Rows.ToListAsync();
        return result.Columns.Select((column, i) => (column.Name, rows[0][i])).ToDictionary(pair => pair.Name, pair => pair.Item2);
    }

    public static int Objects(string root) =>
        Directory.GetFiles(Path.Combine(root, "stores"), "*", SearchOption.AllDirectories).Length;

    /// <summary>Kills a process once it has put so many objects.</summary>
    public static async Task KillAsync(Process process, string root, int enough)
    {
        var done = process.StandardOutput.ReadLineAsync();
        while (!done.IsCompleted && Objects(root) < enough)
            await Task.Delay(1);
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>The system's clock, some time ahead.</summary>
    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
