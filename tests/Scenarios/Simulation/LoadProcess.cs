using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// The process of <see cref="LoadTests"/>: a fixed amount of work, as many jobs at once as there are databases, and its
/// own memory measured.
/// </summary>
internal static class LoadProcess
{
    public const int Databases = 8;
    public const int Rounds = 3;
    public const int MebibytesEach = 24;

    /// <summary>What each job may hold in buffers.</summary>
    public const int BudgetMebibytes = 24;

    public static async Task RunAsync(string root)
    {
        SQLitePCL.Batteries_V2.Init();
        var names = Enumerable.Range(1, Databases).Select(i => $"db{i}").ToList();
        foreach (var name in names)
            Fill(PathOf(root, name));
        await using var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine>
            {
                ["sqlite"] = SqliteEngine.Open(new SqliteEngineOptions { Directory = Path.Combine(root, "databases") }),
            },
            Stores = [new FileObjectStoreProvider(Path.Combine(root, "stores"))],
            StateStore = SqliteStateStore.Open(Path.Combine(root, "state", "state.db")),
            ScratchDirectory = Path.Combine(root, "scratch"),
            Settings = new BackupSettings { Workers = 2, MemoryBudget = (long)BudgetMebibytes << 20 },
        });
        var managed = 0L;
        for (var round = 1; round <= Rounds; round++)
        {
            var into = round == 1 ? "" : "LATEST IN ";
            await AllAsync(names, name => $"BACKUP DATABASE {name} INTO {into}'nodelocal://1/{name}'");
            foreach (var name in names)
                SqliteConnection.Run(PathOf(root, name), $"UPDATE bulk SET stuff = randomblob(100000) WHERE id % 10 = {round};");

            // Restores of what was there, while the next layers are being written.
            await Task.WhenAll(
                AllAsync(names, name => $"RESTORE DATABASE {name} FROM LATEST IN 'nodelocal://1/{name}' WITH new_db_name = '{name}_{round}'"),
                AllAsync(names, name => $"BACKUP TABLE {name}.bulk INTO 'nodelocal://1/tables/{name}'"));
            managed = Math.Max(managed, GC.GetTotalMemory(forceFullCollection: false));
        }

        await AllAsync(names, name => $"BACKUP DATABASE {name} INTO LATEST IN 'nodelocal://1/{name}'");
        await AllAsync(names, name => $"RESTORE DATABASE {name} FROM LATEST IN 'nodelocal://1/{name}' WITH new_db_name = '{name}_last'");
        foreach (var name in names)
        {
            if (!Digest(PathOf(root, name)).SequenceEqual(Digest(PathOf(root, name + "_last"))))
                throw new InvalidOperationException($"{name} was not restored to what it was.");
        }

        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"peak {self.PeakWorkingSet64 >> 20} managed {managed >> 20}"));

        Task AllAsync(IEnumerable<string> all, Func<string, string> statement) =>
            Task.WhenAll(all.Select(name => Task.Run(() => host.OpenSession().ExecuteAsync(statement(name)))));
    }

    private static string PathOf(string root, string name) => Path.Combine(root, "databases", name + ".db");

    private static byte[] Digest(string path)
    {
        SqliteConnection.Run(path, "PRAGMA wal_checkpoint(TRUNCATE)");
        using var file = File.OpenRead(path);
        return SHA256.HashData(file);
    }

    private static void Fill(string path) => SqliteConnection.Run(
        path,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE bulk (id INTEGER PRIMARY KEY, stuff BLOB);"
        + string.Create(CultureInfo.InvariantCulture, $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MebibytesEach * 10})")
        + " INSERT INTO bulk SELECT i, randomblob(100000) FROM n;");
}
