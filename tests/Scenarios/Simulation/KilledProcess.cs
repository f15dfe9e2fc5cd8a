using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>The process that <see cref="KillTests"/> kills, and the one that goes on after it.</summary>
internal static class KilledProcess
{
    public static BackupHost Open(string directory, int minutesAhead)
    {
        SQLitePCL.Batteries_V2.Init();
        var clock = new ShiftedClock(TimeSpan.FromMinutes(minutesAhead));
        return new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine>
            {
                ["sqlite"] = SqliteEngine.Open(
                    new SqliteEngineOptions { Directory = Path.Combine(directory, "databases"), TimeProvider = clock }),
            },
            Stores = [new FileObjectStoreProvider(Path.Combine(directory, "stores"))],
            StateStore = SqliteStateStore.Open(Path.Combine(directory, "state.db")),
            ScratchDirectory = Path.Combine(directory, "scratch"),
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

    /// <summary>The system's clock, some time ahead: leases of processes that ran behind it have run out.</summary>
    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
