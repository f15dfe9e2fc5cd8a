using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.TestKit;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Sqlite.Tests;

/// <summary>
/// Random statements against a tracked database, and full dumps at marks as the model: every mark that the history says
/// it keeps must come back exactly, byte by byte, schema, counters and pragmas included.
/// </summary>
public sealed class HistoryModelTests
{
    private static readonly string[] Schema =
    [
        "CREATE TABLE t1 (id INTEGER PRIMARY KEY AUTOINCREMENT, a, u UNIQUE, b TEXT COLLATE NOCASE UNIQUE ON CONFLICT REPLACE)",
        "CREATE TABLE t2 (k TEXT, n, v, PRIMARY KEY (k, n)) WITHOUT ROWID",
        "CREATE TABLE t3 (x, y)",
        "CREATE TABLE t4 (id INTEGER PRIMARY KEY, p REFERENCES t1 (id) ON DELETE CASCADE ON UPDATE CASCADE, g AS (p * 2), u UNIQUE)",
        "CREATE TABLE t5 (k TEXT PRIMARY KEY COLLATE NOCASE, v UNIQUE) WITHOUT ROWID",
        "CREATE TABLE t6 (a, b)",
        "CREATE UNIQUE INDEX t6e ON t6 (lower(a), abs(b) DESC) WHERE b > 0",
        "CREATE INDEX t3y ON t3 (y)",
        "CREATE TABLE t7 (id INTEGER PRIMARY KEY, a, b, v, g AS (a || '-' || b), s AS (b || a) STORED UNIQUE)",
        "CREATE UNIQUE INDEX t7g ON t7 (g)",
        "CREATE TABLE t8 (k1, k2 REAL, v, PRIMARY KEY (k1, k2))",
        "CREATE TABLE t9 (id INTEGER PRIMARY KEY, up REFERENCES t9 (id) ON DELETE CASCADE ON UPDATE CASCADE, v)",
        "CREATE TRIGGER r3 AFTER INSERT ON t3 WHEN new.x < 3 BEGIN INSERT INTO t3 VALUES (new.x + 1, new.y); UPDATE t3 SET y = 'seen' WHERE rowid = new.rowid; END",
        "CREATE TRIGGER r7 BEFORE UPDATE ON t7 BEGIN UPDATE t7 SET v = 'before' WHERE id = old.id; END",
        "CREATE TRIGGER r9 AFTER UPDATE ON t9 BEGIN UPDATE t9 SET v = 'after' WHERE id = new.id; END",
        "CREATE TRIGGER r1 BEFORE DELETE ON t1 BEGIN INSERT OR IGNORE INTO t6 VALUES (old.a, old.id); END",
    ];

    /// <summary>Statements after which what came before may be beyond reach, unless the engine runs them.</summary>
    private static readonly string[] Taking =
    [
        "DROP TABLE extra", "ALTER TABLE t1 DROP COLUMN a", "CREATE UNIQUE INDEX t3u ON t3 (x, y, rowid)", "VACUUM",
        "ALTER TABLE t3 DROP COLUMN later", "DROP TABLE t4", "ALTER TABLE t7 DROP COLUMN v",
    ];

    private static readonly string[] Keeping =
    [
        "CREATE TABLE extra (id INTEGER PRIMARY KEY, z)", "ALTER TABLE t3 ADD COLUMN later DEFAULT 'none'",
        "ALTER TABLE t2 RENAME TO t2r", "ALTER TABLE t2r RENAME TO t2", "ALTER TABLE t5 RENAME COLUMN v TO w",
        "CREATE VIEW w AS SELECT * FROM t6", "DROP VIEW w", "DROP INDEX t3y", "CREATE INDEX t2v ON t2 (v)",
        "CREATE TRIGGER r5 BEFORE UPDATE ON t5 BEGIN DELETE FROM t3 WHERE x IS old.k; END",
        "ALTER TABLE t4 ADD COLUMN gen AS (p + 1)",
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_mark_comes_back_exactly(int seed) => await RunAsync(seed, takes: false);

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_is_taken_unseen_is_refused_and_the_rest_comes_back(int seed) => await RunAsync(seed, takes: true);

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Changes_and_versions_lead_from_every_state_to_every_later_one(int seed)
    {
        var random = new SeededRandomSource((ulong)seed + 2000UL);
        using var cluster = new Cluster();
        cluster.Run("shop", [.. Shape(seed), .. Schema]);
        await cluster.Engine.SetHistoryRetentionAsync("shop", null, TimeSpan.FromDays(1));
        var states = new List<(HlcTimestamp Time, Dictionary<string, Dictionary<string, string>> Tables)>();
        var compared = 0;
        for (var round = 0; round < 8; round++)
        {
            await ChangeAsync(cluster, random, takes: random.Next(4) == 0);
            await using var now = await cluster.SnapshotAsync("shop");
            var tables = new Dictionary<string, Dictionary<string, string>>();
            foreach (var table in (await now.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>())
            {
                var space = new TableSpace("shop", table.Id);
                var rows = await VersionCollector.ReadAsync(now, space, ExportWindow.Full);
                tables[table.Name] = rows.ToDictionary(row => row.Key, row => row.Value!);
                foreach (var start in states)
                {
                    if (!await ((IChangeCoverage)now).CoversAsync(space, start.Time))
                        continue;
                    compared++;
                    var changes = await VersionCollector.ReadAsync(now, space, new ExportWindow { Start = start.Time });
                    Assert.Equal(changes.Count, changes.DistinctBy(change => change.Key).Count());
                    AssertState(seed, table.Name, start.Tables[table.Name], changes, tables[table.Name]);
                    var window = new ExportWindow { Start = start.Time, AllVersions = true };
                    var versions = await VersionCollector.ReadAsync(now, space, window);
                    versions.Reverse();
                    foreach (var between in states.Where(state => state.Time > start.Time))
                    {
                        AssertState(
                            seed, table.Name, start.Tables[table.Name],
                            versions.Where(version => version.Time <= between.Time), between.Tables[table.Name]);
                    }

                    AssertState(seed, table.Name, start.Tables[table.Name], versions, tables[table.Name]);
                }
            }

            states.Add((now.Timestamp, tables));
        }

        Assert.True(compared > 10, $"seed {seed}: only {compared} windows were covered");
    }

    /// <summary>Encodings and journal modes in turn; a history is the same in all.</summary>
    private static string[] Shape(int seed) =>
    [
        (seed % 3) switch { 0 => "PRAGMA encoding='UTF-16le'", 1 => "PRAGMA encoding='UTF-8'", _ => "PRAGMA encoding='UTF-16be'" },
        seed % 4 == 0 ? "PRAGMA journal_mode=DELETE" : "PRAGMA journal_mode=WAL",
    ];

    private static void AssertState(
        int seed, string table, Dictionary<string, string> before,
        IEnumerable<(string Key, HlcTimestamp Time, string? Value)> changes, Dictionary<string, string> wanted)
    {
        var state = new Dictionary<string, string>(before);
        foreach (var (key, _, value) in changes)
        {
            if (value is null)
                state.Remove(key);
            else
                state[key] = value;
        }

        Assert.True(
            state.Count == wanted.Count && wanted.All(row => state.GetValueOrDefault(row.Key) == row.Value),
            $"seed {seed}: {table} comes out otherwise");
    }

    private static async Task RunAsync(int seed, bool takes)
    {
        var random = new SeededRandomSource((ulong)seed + (takes ? 1000UL : 0));
        using var cluster = new Cluster();
        cluster.Run("shop", [.. Shape(seed), .. Schema]);
        await cluster.Engine.SetHistoryRetentionAsync("shop", null, TimeSpan.FromDays(1));
        var states = new List<(HlcTimestamp Time, string Dump)>();
        for (var round = 0; round < 14; round++)
        {
            await ChangeAsync(cluster, random, takes);
            await cluster.Engine.MarkHistoryAsync();
            using var connection = cluster.Connect("shop");
            states.Add((HistoryState.Read(connection).Newest.Time, Dump(connection)));
        }

        var start = await cluster.Engine.GetHistoryStartAsync("shop");
        Assert.True(takes || start <= states[0].Time, $"seed {seed}: history starts at {start} only: {Lost(cluster)}");
        foreach (var (time, dump) in states)
        {
            var request = new SnapshotRequest { Databases = ["shop"], AsOf = time };
            if (time < start)
            {
                var refused = await Assert.ThrowsAsync<BackupSqlException>(async () => await cluster.Engine.OpenSnapshotAsync(request));
                Assert.Equal(SqlStates.TimeOutOfRange, refused.SqlState);
                continue;
            }

            Assert.True(dump == Past(cluster, time), $"seed {seed}: {time} differs\n{dump}\n---\n{Past(cluster, time)}");
        }
    }

    private static string Lost(Cluster cluster)
    {
        using var connection = cluster.Connect("shop");
        var lost = HistoryState.Read(connection).Tables.Where(table => table.IsLost);
        return string.Join(", ", lost.Select(table => $"{table.Definition.Name} at mark {table.Until}"));
    }

    private static async Task ChangeAsync(Cluster cluster, SeededRandomSource random, bool takes)
    {
        using (var connection = cluster.Connect("shop"))
        {
            using var other = cluster.Connect("shop");
            Connection[] both = [connection, other];
            foreach (var writer in both)
            {
                writer.Execute("PRAGMA synchronous=OFF");
                writer.Execute($"PRAGMA recursive_triggers={random.Next(2)}");
                writer.Execute($"PRAGMA foreign_keys={random.Next(2)}");
            }

            for (var i = random.Next(6); i >= 0; i--)
                Transaction(both[random.Next(2)], random);
            if (random.Next(4) == 0)
                connection.TryExecute(Pick(random, takes && random.Next(2) == 0 ? Taking : Keeping));
            for (var i = random.Next(4); i >= 0; i--)
                Transaction(both[random.Next(2)], random);
            if (random.Next(5) == 0)
                connection.Execute($"PRAGMA user_version={random.Next(100)}");
        }

        if (random.Next(3) != 0)
            return;
        try
        {
            await cluster.Engine.ExecuteAsync("shop", Pick(random, random.Next(2) == 0 ? [.. Taking.Where(sql => sql != "VACUUM")] : Keeping));
        }
        catch (BackupSqlException)
        {
            // What is made is there already, or what is dropped is gone.
        }
    }

    private static void Transaction(Connection connection, SeededRandomSource random)
    {
        if (connection.TryExecute("BEGIN") != 0)
            return;
        for (var i = random.Next(5); i >= 0; i--)
        {
            var isNested = random.Next(4) == 0;
            if (isNested)
                connection.TryExecute("SAVEPOINT s");
            connection.TryExecute(Statement(random));
            if (isNested)
                connection.TryExecute(random.Next(2) == 0 ? "ROLLBACK TO s; RELEASE s" : "RELEASE s");
        }

        if (!connection.IsAutocommit)
            connection.TryExecute(random.Next(6) == 0 ? "ROLLBACK" : "COMMIT");
        if (!connection.IsAutocommit)
            connection.TryExecute("ROLLBACK");
    }

    private static string Statement(SeededRandomSource random)
    {
        string V() => Value(random);
        string K() => random.Next(8).ToString(CultureInfo.InvariantCulture);
        string Or() => Pick(random, "", "", " OR REPLACE", " OR IGNORE", " OR FAIL", " OR ROLLBACK", " OR ABORT");
        string T() => Pick(random, "'a'", "'A'", "'b'", "'B'", "'c'", "CAST(x'61ff' AS TEXT)");
        return random.Next(29) switch
        {
            0 => $"INSERT{Or()} INTO t1 (a, u, b) VALUES ({V()}, {K()}, {T()}), ({V()}, {V()}, {T()})",
            1 => $"INSERT{Or()} INTO t1 (id, u, b) VALUES ({K()}, {V()}, {V()})",
            2 => $"UPDATE{Or()} t1 SET u = {K()}, b = {T()} WHERE id % 3 = {random.Next(3)}",
            3 => $"UPDATE{Or()} t1 SET id = id + {K()} WHERE id < 6",
            4 => $"DELETE FROM t1 WHERE id = {K()} OR u = {K()}",
            5 => $"INSERT INTO t1 (id, u) VALUES ({K()}, {K()}) ON CONFLICT (id) DO UPDATE SET a = {V()}, u = excluded.u + 1",
            6 => $"INSERT{Or()} INTO t2 VALUES ({T()}, {Pick(random, "1", "2", "1.0", "x'01'")}, {V()})",
            7 => $"UPDATE{Or()} t2r SET k = {T()}, n = {K()} WHERE n < {K()}",
            8 => $"UPDATE{Or()} t2 SET k = {T()}, v = {V()} WHERE n < {K()}",
            9 => $"DELETE FROM t2 WHERE k = {T()}",
            10 => $"INSERT INTO t3 (x, y) VALUES ({K()}, {V()}), ({V()}, {V()})",
            11 => $"UPDATE t3 SET x = {K()} WHERE rowid % 4 = {random.Next(4)}",
            12 => $"DELETE FROM t3 WHERE rowid % 5 = {random.Next(5)}",
            13 => $"INSERT{Or()} INTO t4 (id, p, u) SELECT {K()}, id, {K()} FROM t1 WHERE id < 5",
            14 => $"UPDATE{Or()} t4 SET u = {K()}, id = {K()}",
            15 => $"REPLACE INTO t5 VALUES ({T()}, {K()})",
            16 => $"UPDATE{Or()} t5 SET k = {T()} WHERE k = {T()}",
            17 => $"INSERT{Or()} INTO t6 VALUES ({T()}, {random.Next(6) - 2})",
            19 => $"INSERT{Or()} INTO t7 (id, a, b, v) VALUES ({K()}, {T()}, {T()}, {V()})",
            20 => $"UPDATE{Or()} t7 SET a = {T()} WHERE id % 2 = {random.Next(2)}",
            21 => $"UPDATE{Or()} t7 SET b = {T()}, id = id + {random.Next(2)} RETURNING g, s, v",
            22 => $"UPDATE OR REPLACE t7 SET {Pick(random, "a", "b")} = {T()}",
            23 => $"INSERT{Or()} INTO t8 VALUES ({Pick(random, "NULL", "1", "'a'", "x''")}, {Pick(random, "NULL", "1", "2.5")}, {V()}) RETURNING rowid",
            24 => $"UPDATE{Or()} t8 SET k1 = {Pick(random, "NULL", "1", "'a'")}, v = {V()} WHERE rowid % 3 = {random.Next(3)}",
            25 => $"INSERT INTO t2 VALUES ({T()}, {random.Next(3)}, {V()}) ON CONFLICT DO UPDATE SET k = {T()}, v = excluded.v WHERE n < 2",
            26 => $"INSERT{Or()} INTO t9 VALUES ({K()}, {Pick(random, K(), "NULL")}, {V()})",
            27 => Pick(random, $"UPDATE{Or()} t9 SET id = id + {K()} WHERE id = {K()}", $"DELETE FROM t9 WHERE id = {K()}", $"UPDATE t9 SET up = {K()} WHERE id > 2 RETURNING *"),
            28 => $"WITH x (n) AS (VALUES ({K()}), ({K()})) INSERT{Or()} INTO t5 SELECT 'k' || n, n FROM x",
            18 => $"UPDATE{Or()} t6 SET a = {T()}, b = {random.Next(6) - 2} WHERE rowid % 2 = 0",
            _ => Pick(random, "DELETE FROM t6", "DELETE FROM t5", "INSERT INTO extra (z) VALUES (randomblob(3))", "UPDATE OR REPLACE t3 SET rowid = rowid + 1", "UPDATE extra SET z = 1"),
        };
    }

    private static string Value(SeededRandomSource random) => random.Next(9) switch
    {
        0 => "NULL",
        1 => "1.5",
        2 => "'text'",
        3 => "x'00ff00'",
        4 => "CAST(x'ff00fe' AS TEXT)",
        5 => "9e99",
        6 => "'it''s' || char(0) || 'x'",
        _ => random.Next(20).ToString(CultureInfo.InvariantCulture),
    };

    private static string Pick(SeededRandomSource random, params string[] choices) => choices[random.Next(choices.Length)];

    private static string Past(Cluster cluster, HlcTimestamp time)
    {
        var directory = Directory.CreateTempSubdirectory("backupsql-past-").FullName;
        try
        {
            var connections = new ConnectionSource(NativeApi.Instance, TimeSpan.FromSeconds(5));
            var file = new DatabaseFile("shop", cluster.PathOf("shop"));
            new PastOpener(connections).Open(file, time, directory, CancellationToken.None).DisposeAsync().AsTask().Wait();
            using var connection = connections.Open(Path.Combine(directory, "shop.past"), "shop", OpenMode.Existing);
            Assert.Equal("ok", connection.QueryText("PRAGMA integrity_check"));
            return Dump(connection);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Dump(Connection connection)
    {
        var text = new StringBuilder();
        text.AppendJoin('\n', Cluster.Query(connection, $"SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '\\_backupsql%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY type, name"));
        text.Append($"\nuser_version {connection.QueryInteger("PRAGMA user_version")}");
        var tables = SchemaReader.ReadMaster(connection).Where(row => row is { Type: "table", RootPage: > 0 }
            && !HistoryNames.IsOwn(row.Name) && !row.Name.StartsWith("sqlite_stat", StringComparison.Ordinal));
        foreach (var name in tables.Select(row => row.Name).Order(StringComparer.Ordinal))
        {
            var hasRowId = connection.QueryInteger($"SELECT count(*) FROM sqlite_master WHERE name = '{name}' AND sql LIKE '%WITHOUT ROWID%'") == 0;
            text.Append('\n').Append(name).Append('\n').AppendJoin('\n', Cluster.Query(connection, $"SELECT {(hasRowId ? "rowid, " : "")}* FROM \"{name}\" ORDER BY 1, 2"));
        }

        return text.ToString();
    }
}
