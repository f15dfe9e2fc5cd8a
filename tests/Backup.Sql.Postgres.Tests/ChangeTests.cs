using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>Changes out of the server's log lead from one snapshot to the next, whatever writers do meanwhile.</summary>
public sealed class ChangeTests(ITestOutputHelper output)
{
    private const int Rounds = 12;

    private const string Schema =
        """
        CREATE TABLE public.plain (id int PRIMARY KEY, v text, big text);
        CREATE TABLE public.pair (a text, b numeric, v int, PRIMARY KEY (a, b));
        CREATE TABLE public.parted (id int, region text, v int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
        CREATE TABLE public.east PARTITION OF public.parted FOR VALUES IN ('east');
        CREATE TABLE public.west PARTITION OF public.parted FOR VALUES IN ('west');
        CREATE TABLE public.whole (id int PRIMARY KEY, v int);
        ALTER TABLE public.whole REPLICA IDENTITY FULL;
        CREATE TABLE public.keyless (v int);
        CREATE TYPE public.mood AS ENUM ('glad', 'sad');
        CREATE TABLE public.made (id int PRIMARY KEY, v int, twice int GENERATED ALWAYS AS (v * 2) STORED);
        CREATE TABLE public.kinds (id uuid PRIMARY KEY, m public.mood, n numeric, f float8, b bytea, j jsonb, a text[],
          t timestamptz, d date, big text);
        ALTER TABLE public.kinds ALTER COLUMN big SET STORAGE EXTERNAL;
        INSERT INTO public.plain SELECT n, 'v' || n, repeat(md5(n::text), 400) FROM generate_series(1, 300) n;
        INSERT INTO public.pair SELECT 'k' || n % 7, n, n FROM generate_series(1, 100) n;
        INSERT INTO public.parted SELECT n, CASE WHEN n % 2 = 0 THEN 'east' ELSE 'west' END, n FROM generate_series(1, 100) n;
        INSERT INTO public.whole SELECT n, n FROM generate_series(1, 100) n;
        INSERT INTO public.made SELECT n, n FROM generate_series(1, 100) n;
        INSERT INTO public.kinds SELECT md5(n::text)::uuid, 'glad', n / 7.0, n / 3.0, decode(md5(n::text), 'hex'), to_jsonb(n),
          ARRAY['x', NULL, n::text], '2024-01-01'::timestamptz + n * interval '1 hour', '2024-01-01'::date + n,
          repeat(md5(n::text), 200) FROM generate_series(1, 100) n;
        """;

    /// <summary>One of these is a transaction; <c>?</c> stands for a number.</summary>
    private static readonly string[] Work =
    [
        "UPDATE public.plain SET v = 'changed ?' WHERE id = ? % 300",
        "UPDATE public.plain SET id = id + 1000 WHERE id = ? % 300; UPDATE public.plain SET id = id - 1000 WHERE id > 1000",
        "DELETE FROM public.plain WHERE id = ? % 300",
        "INSERT INTO public.plain VALUES (? % 300, 'new', repeat('x', 9000)) ON CONFLICT (id) DO UPDATE SET big = excluded.big",
        "UPDATE public.pair SET b = b + 0.50 WHERE b = ? % 100; UPDATE public.pair SET v = v + 1 WHERE a = 'k3'",
        "UPDATE public.parted SET region = CASE region WHEN 'east' THEN 'west' ELSE 'east' END WHERE id = ? % 100",
        "DELETE FROM public.parted WHERE id = ? % 100",
        "INSERT INTO public.parted VALUES (? % 100, 'west', 5) ON CONFLICT DO NOTHING",
        "UPDATE public.whole SET v = v + 1 WHERE id % 9 = ? % 9",
        "SAVEPOINT one; DELETE FROM public.whole WHERE id = ? % 100; ROLLBACK TO one; UPDATE public.whole SET v = 0 WHERE id = ? % 100",
        "INSERT INTO public.keyless VALUES (?)",
        "UPDATE public.made SET v = v + 1 WHERE id = ? % 100; DELETE FROM public.made WHERE id = ? % 50",
        "UPDATE public.kinds SET m = 'sad', n = n + 1, f = NULL WHERE id = md5((? % 100)::text)::uuid",
        "UPDATE public.kinds SET j = j || '{\"?\": [1]}', a = a || 'more'::text, t = 'infinity' WHERE d < '2024-01-01'::date + ? % 30",
        "DELETE FROM public.kinds WHERE id = md5((? % 100)::text)::uuid; "
            + "INSERT INTO public.kinds (id, n) VALUES (md5((? % 100)::text)::uuid, 'NaN') ON CONFLICT (id) DO UPDATE SET b = NULL, d = NULL",
        "DELETE FROM public.plain WHERE id = ? % 300; INSERT INTO public.plain VALUES (? % 300, 'again', NULL) ON CONFLICT DO NOTHING",
        "UPDATE public.whole SET id = id + 500 WHERE id % 10 = ? % 10 AND id < 500; UPDATE public.whole SET id = id - 500 WHERE id > 500",
    ];

    [Fact]
    public async Task Changes_lead_from_snapshot_to_snapshot_while_writers_work()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("changes", Schema);
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1));
        foreach (var table in (string[])["plain", "pair", "parted", "whole", "made", "kinds"])
            await CaughtMarkAsync(engine, database, table);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(seed => Task.Run(() => WriteAsync(test, database, seed, stop.Token))).ToList();
        var (covered, deletions) = (0, 0);
        try
        {
            var states = new Dictionary<string, SortedDictionary<string, string>>();
            HlcTimestamp? before = null;
            for (var round = 0; round < Rounds; round++)
            {
                await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
                foreach (var table in (await snapshot.Catalog.GetObjectsAsync(database)).OfType<TableDescriptor>())
                {
                    var space = new TableSpace(database, table.Id);
                    var now = await StateAsync(snapshot, space, ExportWindow.Full, []);
                    if (before is { } start && await ((IChangeCoverage)snapshot).CoversAsync(space, start))
                    {
                        covered++;
                        var was = states[table.Name];
                        var lead = await StateAsync(snapshot, space, new ExportWindow { Start = start }, was);
                        deletions += was.Keys.Except(lead.Keys).Count();
                        Assert.Equal(now, lead);
                    }

                    var figures = await snapshot.Catalog.GetStatisticsAsync(table);
                    Assert.Equal(now.Count, figures.Rows);

                    states[table.Name] = now;
                }

                before = snapshot.Timestamp;
                await Task.Delay(60);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        // Six tables have a key; the first round has nothing to compare with.
        Assert.Equal(6 * (Rounds - 1), covered);
        Assert.True(deletions > 0);
    }

    [Fact]
    public async Task Rows_are_counted_once_and_then_out_of_the_log()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("counted", Schema);
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1));
        await CaughtMarkAsync(engine, database, "parted");
        var (start, first) = await CountAsync(engine, database, "parted", null);
        await test.RunSqlAsync(
            database, "DELETE FROM public.parted WHERE id <= 10", "INSERT INTO public.parted VALUES (200, 'east', 1)",
            "UPDATE public.parted SET region = 'west' WHERE id BETWEEN 50 AND 60");

        var (next, second) = await CountAsync(engine, database, "parted", start);
        Assert.Equal(100, first);
        Assert.Equal(91, second);

        // What the mark says counts, until the log cannot tell what became of it.
        await test.RunSqlAsync(database, "UPDATE backupsql.marks SET rows = replace(rows::text, '\"91\"', '\"1091\"')::json");
        var (last, third) = await CountAsync(engine, database, "parted", next);
        await test.RunSqlAsync(database, "TRUNCATE public.east");
        var (_, fourth) = await CountAsync(engine, database, "parted", last);
        Assert.Equal(1091, third);
        Assert.Equal(await test.QueryAsync(database, "SELECT count(*) FROM public.parted"), $"{fourth}");

        await engine.SetHistoryRetentionAsync(database, null, null);
    }

    [Theory]
    [InlineData("TRUNCATE public.plain")]
    [InlineData("ALTER TABLE public.plain ADD extra int DEFAULT 5")]
    [InlineData("ALTER PUBLICATION backupsql DROP TABLE public.plain")]
    [InlineData("ALTER TABLE public.parted DETACH PARTITION public.east", "parted")]
    [InlineData("SELECT pg_drop_replication_slot('backupsql_' || oid) FROM pg_database WHERE datname = current_database()")]
    public async Task What_the_log_cannot_tell_is_not_covered(string statement, string table = "plain")
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("gaps", Schema);
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1));
        var start = await CaughtMarkAsync(engine, database, table);
        await test.RunSqlAsync(database, statement);

        Assert.False(await IsCoveredAsync(engine, database, table, start));

        // From the next snapshot on its changes are caught again.
        await CaughtMarkAsync(engine, database, table);
    }

    [Fact]
    public async Task A_long_transaction_holds_tracking_up_and_no_backup()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("late", Schema);
        var elsewhere = await test.CreateDatabaseAsync("busy", Schema);
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions
        {
            ConnectionString = test.ConnectionString,
            LockTimeout = TimeSpan.FromMilliseconds(100),
        });
        await using var connection = await test.ConnectAsync(elsewhere);
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("UPDATE public.whole SET v = 1", connection, transaction);
        await command.ExecuteNonQueryAsync();
        var tracking = engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1)).AsTask();
        Assert.NotSame(tracking, await Task.WhenAny(tracking, Task.Delay(500)));
        await transaction.CommitAsync();
        await tracking;
        await CaughtMarkAsync(engine, database, "plain");

        // A slot that is gone is not waited for: without it the backup is a full one.
        await using var another = await connection.BeginTransactionAsync();
        command.Transaction = another;
        await command.ExecuteNonQueryAsync();
        await test.RunSqlAsync(
            database, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()");
        var start = await MarkAsync(engine, database);
        Assert.False(await IsCoveredAsync(engine, database, "plain", start));
        await another.CommitAsync();
        await CaughtMarkAsync(engine, database, "plain");
    }

    [Fact]
    public async Task Many_changes_are_split_and_those_for_which_memory_has_no_room_are_looked_up()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync(
            "many", "CREATE TABLE public.many (id int PRIMARY KEY, v text)",
            "INSERT INTO public.many SELECT n, 'x' FROM generate_series(1, 50000) n");
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1));
        var start = await CaughtMarkAsync(engine, database, "many");
        SortedDictionary<string, string> before;
        await using (var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] }))
            before = await StateAsync(snapshot, await SpaceAsync(snapshot, database, "many"), ExportWindow.Full, []);

        // Some 43 MB of new rows, in lines and out of the log.
        await test.RunSqlAsync(
            database, "UPDATE public.many SET v = repeat(md5(id::text), 30) WHERE id <= 45000", "DELETE FROM public.many WHERE id > 49000");
        await using (var after = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] }))
        {
            var space = await SpaceAsync(after, database, "many");
            Assert.True(await ((IChangeCoverage)after).CoversAsync(space, start));
            var spans = await ((IChangeCoverage)after).SplitChangesAsync(space, start);

            Assert.Equal(3, spans!.Count);
            var sink = new StateSink(before);
            foreach (var span in spans)
                await after.ExportAsync(space, span, new ExportWindow { Start = start }, sink);
            Assert.Equal(await StateAsync(after, space, ExportWindow.Full, []), sink.Rows);
        }

        await engine.SetHistoryRetentionAsync(database, null, null);
    }

    private static async Task<TableSpace> SpaceAsync(IEngineSnapshot snapshot, string database, string table)
    {
        var objects = await snapshot.Catalog.GetObjectsAsync(database);
        return new TableSpace(database, objects.OfType<TableDescriptor>().Single(found => found.Name == table).Id);
    }

    [Fact]
    public async Task A_server_whose_log_tells_too_little_says_so()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.StartAsync("-c wal_level=replica -c max_wal_senders=0 -c max_replication_slots=0");
        try
        {
            var database = await test.CreateDatabaseAsync("quiet", Schema);
            await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });

            var error = await Assert.ThrowsAsync<BackupSqlException>(
                async () => await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1)));

            Assert.Equal(SqlStates.ObjectNotInState, error.SqlState);
            Assert.Contains("wal_level = logical", error.Hint, StringComparison.Ordinal);
        }
        finally
        {
            await test.StopAsync();
        }
    }

    [Fact]
    public async Task The_slot_lets_go_of_what_no_mark_needs()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("kept", Schema);
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1));
        await MarkAsync(engine, database);
        var first = await KeptAsync(test, database);
        await test.RunSqlAsync(database, "UPDATE public.plain SET v = 'other'", "UPDATE public.keyless SET v = 1");
        await MarkAsync(engine, database);
        Assert.Equal(first, await KeptAsync(test, database));

        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromTicks(10));
        await MarkAsync(engine, database);
        Assert.NotEqual(first, await KeptAsync(test, database));

        await engine.SetHistoryRetentionAsync(database, null, null);
        Assert.Equal("", await KeptAsync(test, database));
    }

    [Fact]
    public async Task An_increment_reads_the_log_from_its_base_on_and_who_starts_earlier_all_of_it()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("ahead", Schema);
        await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1));
        var start = await CaughtMarkAsync(engine, database, "plain");
        var last = start;
        for (var layer = 1; layer <= 3; layer++)
        {
            await test.RunSqlAsync(database, $"UPDATE public.plain SET v = 'layer' WHERE id = {layer}");
            (last, var changed) = await ChangedAsync(engine, database, last);
            Assert.Equal(1, changed);
        }

        Assert.Equal("True", await test.QueryAsync(database, IsAhead));
        Assert.Equal(3, (await ChangedAsync(engine, database, start)).Rows);

        // Somebody removes it: it is made again.
        await test.RunSqlAsync(database, DropAhead);
        await test.RunSqlAsync(database, "UPDATE public.plain SET v = 'layer' WHERE id IN (1, 7)");
        Assert.Equal(2, (await ChangedAsync(engine, database, last)).Rows);
        Assert.Equal("True", await test.QueryAsync(database, IsAhead));

        // Nobody wants what it would keep once the first one has passed it.
        await test.RunSqlAsync(database, DropAhead, $"SELECT pg_copy_logical_replication_slot({First}, {First} || '_ahead')");
        await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromTicks(10));

        // It moves when what was under way on the server has ended, transactions of other tests included.
        for (var attempt = 0; attempt < 100 && await test.QueryAsync(database, IsAhead) != ""; attempt++)
        {
            await test.RunSqlAsync(database, "UPDATE public.plain SET v = 'more'", "CHECKPOINT");
            await MarkAsync(engine, database);
            await Task.Delay(100);
        }

        Assert.Equal("", await test.QueryAsync(database, IsAhead));
    }

    [Fact]
    public async Task A_server_without_a_slot_to_spare_is_read_from_the_first_one()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.StartAsync("-c max_replication_slots=2");
        try
        {
            var database = await test.CreateDatabaseAsync("only", Schema);
            await using var engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
            await engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1));
            var last = await CaughtMarkAsync(engine, database, "plain");
            for (var layer = 1; layer <= 2; layer++)
            {
                await test.RunSqlAsync(database, "UPDATE public.plain SET v = v || '!' WHERE id < 4");
                (last, var changed) = await ChangedAsync(engine, database, last);
                Assert.Equal(3, changed);
            }

            Assert.Equal("1", await test.QueryAsync("postgres", "SELECT count(*) FROM pg_replication_slots"));
        }
        finally
        {
            await test.StopAsync();
        }
    }

    private const string First = "(SELECT 'backupsql_' || oid FROM pg_database WHERE datname = current_database())";

    private const string DropAhead =
        $"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = {First} || '_ahead'";

    /// <summary>Whether the slot ahead is; nothing when there is none.</summary>
    private const string IsAhead =
        $"""
        SELECT ahead.confirmed_flush_lsn > kept.confirmed_flush_lsn FROM pg_replication_slots ahead, pg_replication_slots kept
        WHERE ahead.slot_name = {First} || '_ahead' AND kept.slot_name = {First}
        """;

    private static async Task<(HlcTimestamp Time, int Rows)> ChangedAsync(
        PostgresEngine engine, string database, HlcTimestamp start)
    {
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        var space = await SpaceAsync(snapshot, database, "plain");
        Assert.True(await ((IChangeCoverage)snapshot).CoversAsync(space, start));
        var rows = await StateAsync(snapshot, space, new ExportWindow { Start = start }, []);
        return (snapshot.Timestamp, rows.Count);
    }

    private static async Task<(HlcTimestamp Time, long Rows)> CountAsync(
        PostgresEngine engine, string database, string table, HlcTimestamp? start)
    {
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        var found = (await snapshot.Catalog.GetObjectsAsync(database)).OfType<TableDescriptor>().Single(t => t.Name == table);
        if (start is { } from)
            await ((IChangeCoverage)snapshot).CoversAsync(new TableSpace(database, found.Id), from);
        return (snapshot.Timestamp, (await snapshot.Catalog.GetStatisticsAsync(found)).Rows);
    }

    private static async Task<HlcTimestamp> MarkAsync(PostgresEngine engine, string database)
    {
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        return snapshot.Timestamp;
    }

    /// <summary>
    /// A mark since which a table's changes are caught: the first one behind every transaction that was under way when
    /// the table was published, those of other tests in other databases of the server included.
    /// </summary>
    private static async Task<HlcTimestamp> CaughtMarkAsync(PostgresEngine engine, string database, string table)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var mark = await MarkAsync(engine, database);
            if (await IsCoveredAsync(engine, database, table, mark))
                return mark;
            await Task.Delay(200);
        }

        throw new InvalidOperationException($"The changes of table {table} are not caught after 100 snapshots.");
    }

    private static async Task<bool> IsCoveredAsync(PostgresEngine engine, string database, string table, HlcTimestamp start)
    {
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        var found = (await snapshot.Catalog.GetObjectsAsync(database)).OfType<TableDescriptor>().Single(t => t.Name == table);
        return await ((IChangeCoverage)snapshot).CoversAsync(new TableSpace(database, found.Id), start);
    }

    private static Task<string> KeptAsync(TestServer test, string database) => test.QueryAsync(
        database,
        $"SELECT coalesce(max(confirmed_flush_lsn)::text, '') FROM pg_replication_slots WHERE slot_name = {First}");

    private static async Task<SortedDictionary<string, string>> StateAsync(
        IEngineSnapshot snapshot, Space space, ExportWindow window, SortedDictionary<string, string> before)
    {
        var sink = new StateSink(before);
        await snapshot.ExportAsync(space, KeySpan.All, window, sink);
        return sink.Rows;
    }

    private static async Task WriteAsync(TestServer test, string database, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        await using var connection = await test.ConnectAsync(database);
        while (!stop.IsCancellationRequested)
        {
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            try
            {
                for (var left = random.Next(1, 4); left > 0; left--)
                {
                    var work = Work[random.Next(Work.Length)].Replace("?", $"{random.Next(10_000)}", StringComparison.Ordinal);
                    await using var command = new NpgsqlCommand(work, connection);
                    await command.ExecuteNonQueryAsync(CancellationToken.None);

                    // Some stay open for longer than a snapshot takes.
                    if (random.Next(20) == 0)
                        await Task.Delay(150, CancellationToken.None);
                }

                if (random.Next(8) == 0)
                    await transaction.RollbackAsync(CancellationToken.None);
                else
                    await transaction.CommitAsync(CancellationToken.None);
            }
            catch (PostgresException)
            {
                // Two of them in each other's way.
                await transaction.RollbackAsync(CancellationToken.None);
            }
        }
    }

    private sealed class StateSink(SortedDictionary<string, string> before) : IRowVersionSink
    {
        public SortedDictionary<string, string> Rows { get; } = new(before);

        public bool Write(in RowVersion row)
        {
            if (row.IsDeletion)
                Rows.Remove(Convert.ToHexString(row.Key));
            else
                Rows[Convert.ToHexString(row.Key)] = Convert.ToHexString(row.Value);
            return true;
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
