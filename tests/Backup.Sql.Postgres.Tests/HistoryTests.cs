using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Sessions;
using Backup.Sql.Storage;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>
/// The past of a tracked database against a model: what it held after each commit is remembered, and must come back out
/// of AS OF SYSTEM TIME and of layers with revision history, whatever lies between.
/// </summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int Rows = 40;

    /// <summary>Values out of line, keys of several columns, partitions, types without a form of their own.</summary>
    private static readonly string[] Schema =
    [
        "CREATE TYPE public.mood AS ENUM ('glad', 'sad')",
        "CREATE DOMAIN public.positive AS int CHECK (VALUE > 0)",
        "CREATE TABLE public.plain (id int PRIMARY KEY, v text, big text)",
        "ALTER TABLE public.plain ALTER COLUMN big SET STORAGE EXTERNAL",
        "CREATE TABLE public.pair (a text, b numeric, v int, PRIMARY KEY (a, b))",
        "CREATE TABLE public.parted (id int, region text, v int, PRIMARY KEY (region, id)) PARTITION BY LIST (region)",
        "CREATE TABLE public.east PARTITION OF public.parted FOR VALUES IN ('east')",
        "CREATE TABLE public.west (v int, gone int, id int NOT NULL, region text NOT NULL)",
        "ALTER TABLE public.west DROP COLUMN gone",
        "ALTER TABLE public.parted ATTACH PARTITION public.west FOR VALUES IN ('west')",
        "CREATE TABLE public.kinds (id uuid PRIMARY KEY, m public.mood, r int4range, d public.positive, j jsonb, "
            + "a text[], t timestamptz, twice int GENERATED ALWAYS AS (d * 2) STORED, n serial)",
        $"INSERT INTO public.plain SELECT n, 'v' || n, repeat(md5(n::text), 200) FROM generate_series(1, {Rows}) n",
        $"INSERT INTO public.pair SELECT 'k' || n % 7, n, n FROM generate_series(1, {Rows}) n",
        $"INSERT INTO public.parted SELECT n, CASE WHEN n % 2 = 0 THEN 'east' ELSE 'west' END, n FROM generate_series(1, {Rows}) n",
        "INSERT INTO public.kinds SELECT md5(n::text)::uuid, 'glad', int4range(n, n + 5), n, to_jsonb(n), ARRAY['x', NULL, n::text], "
            + $"'2024-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, {Rows}) n",
    ];

    /// <summary>What a transaction may do; <c>?</c> stands for a number of a row.</summary>
    private static readonly string[] Work =
    [
        "UPDATE public.plain SET v = 'changed ' || random() WHERE id = ?",
        "UPDATE public.plain SET big = repeat(md5(random()::text), 150) WHERE id = ?",
        "DELETE FROM public.plain WHERE id = ?",
        "INSERT INTO public.plain VALUES (?, 'new', repeat('x', 9000)) ON CONFLICT (id) DO UPDATE SET v = excluded.v || '!'",
        "UPDATE public.plain SET id = -id WHERE id = ?",
        "UPDATE public.plain SET id = -id WHERE id = -?",
        "UPDATE public.plain SET id = id + 1000; UPDATE public.plain SET id = id - 999; UPDATE public.plain SET id = 1 WHERE id > 1000",
        "UPDATE public.pair SET b = b + 0.0 WHERE b = ?",
        "UPDATE public.pair SET b = round(b, 0) WHERE b = ?",
        "UPDATE public.pair SET v = v + 1 WHERE a = 'k3'",
        "DELETE FROM public.pair WHERE b = ?; INSERT INTO public.pair VALUES ('k9', ?, 1) ON CONFLICT DO NOTHING",
        "UPDATE public.parted SET region = CASE region WHEN 'east' THEN 'west' ELSE 'east' END WHERE id = ?",
        "DELETE FROM public.parted WHERE id = ?",
        "INSERT INTO public.parted VALUES (?, 'west', 5) ON CONFLICT DO NOTHING",
        "UPDATE public.kinds SET m = 'sad', r = int4range(?, 99), a = a || 'more'::text WHERE d = ?",
        "UPDATE public.kinds SET j = j || '{\"?\": [1, null]}', d = d + 1, t = t - interval '1 day' WHERE d > ? AND d < 60",
        "DELETE FROM public.kinds WHERE d = ?; INSERT INTO public.kinds VALUES (md5('n?')::uuid, 'sad', 'empty', ?) ON CONFLICT DO NOTHING",
        "SAVEPOINT one; DELETE FROM public.pair WHERE b > ?; ROLLBACK TO one; UPDATE public.pair SET v = 0 WHERE b = ?",
        "SAVEPOINT two; UPDATE public.plain SET v = 'kept' WHERE id = ?; RELEASE two",
    ];

    private const string DropSlot =
        "SELECT pg_drop_replication_slot('backupsql_' || oid) FROM pg_database WHERE datname = current_database()";

    private static readonly string[] Tables = ["plain", "pair", "parted", "kinds", "whole"];

    [Fact]
    public async Task One_table_comes_back_as_it_was()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var past = await StartAsync("thin");
        await past.RunAsync("UPDATE public.plain SET v = 'first' WHERE id <= 5", "DELETE FROM public.plain WHERE id = 6");
        var state = await past.StateAsync();
        var time = await past.NowAsync();
        await past.RunAsync("UPDATE public.plain SET v = 'second', id = id + 500", "INSERT INTO public.plain VALUES (6, 'late')");

        await past.Session.ExecuteAsync($"BACKUP TABLE {past.Name}.public.plain INTO 'mem://thin' AS OF SYSTEM TIME '{time}'");
        await past.RunAsync("DROP TABLE public.plain");
        await past.Session.ExecuteAsync($"RESTORE TABLE {past.Name}.public.plain FROM LATEST IN 'mem://thin'");

        Assert.Equal(state["plain"], (await past.StateAsync())["plain"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_commit_comes_back_out_of_a_chain_with_revision_history(int seed)
    {
        if (!TestServer.IsInstalled(output))
            return;
        output.WriteLine($"seed {seed}");
        await using var past = await StartAsync("chain");
        var random = new Random(seed);
        await using var slow = await past.Test.ConnectAsync(past.Name);
        var known = new List<(string Time, Dictionary<string, string> State)>();
        for (var layer = 0; layer < 3; layer++)
        {
            // One that spans the mark of the layer.
            var isSpanned = layer is 1 or 2;
            var open = isSpanned ? await slow.BeginTransactionAsync() : null;
            if (open is not null)
            {
                await ExecuteAsync(
                    slow, $"UPDATE public.whole SET v = {layer}; INSERT INTO public.whole VALUES (900 + {layer}, 1)");
            }

            known.AddRange(await past.CommitAsync(random, 6));
            await past.Session.ExecuteAsync(
                $"BACKUP DATABASE {past.Name} INTO {(layer == 0 ? "" : "LATEST IN ")}'mem://chain' WITH revision_history");
            if (open is not null)
            {
                await open.CommitAsync();
                await open.DisposeAsync();
                known.Add((await past.NowAsync(), await past.StateAsync()));
            }
        }

        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://chain' WITH revision_history");
        foreach (var (time, state) in known.Where((_, i) => random.Next(4) == 0))
            await past.CompareAsync("mem://chain", time, state, $"seed {seed}: the chain at {time}");

        // The same times, out of the living database.
        foreach (var (time, state) in known.Where((_, i) => random.Next(8) == 0))
        {
            await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://then' AS OF SYSTEM TIME '{time}'");
            await past.CompareAsync("mem://then", null, state, $"seed {seed}: the database at {time}");
        }

        // And an increment whose both ends lie in the past.
        var (first, last) = (known[3], known[^3]);
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://both' AS OF SYSTEM TIME '{first.Time}'");
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://both' AS OF SYSTEM TIME '{last.Time}'");
        await past.CompareAsync("mem://both", null, last.State, $"seed {seed}: an increment from {first.Time} to {last.Time}");
    }

    [Theory]
    [InlineData("TRUNCATE public.plain")]
    [InlineData("ALTER TABLE public.plain ADD extra int DEFAULT 5")]
    [InlineData("ALTER TABLE public.plain ALTER COLUMN v TYPE varchar(200)")]
    [InlineData("VACUUM FULL public.plain")]
    [InlineData("ALTER TABLE public.plain REPLICA IDENTITY DEFAULT", "UPDATE public.plain SET v = 'x'", "ALTER TABLE public.plain REPLICA IDENTITY FULL")]
    [InlineData("DROP TABLE public.plain")]
    [InlineData("DROP TABLE public.plain", "CREATE TABLE public.plain (id int PRIMARY KEY, v text, big text)", "INSERT INTO public.plain VALUES (1)")]
    [InlineData(DropSlot)]
    public async Task What_the_log_cannot_tell_is_refused_and_never_wrong(params string[] statements)
    {
        if (!TestServer.IsInstalled(output))
            return;
        var isSlot = statements[0] == DropSlot;
        await using var past = await StartAsync("faults");
        var random = new Random(7);
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://faults' WITH revision_history");
        var known = await past.CommitAsync(random, 3);
        await past.RunAsync(statements);
        var late = await past.CommitAsync(random, 3);

        // From the living database the time before is refused, by the table's name or because nothing is known of it.
        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => past.Session.ExecuteAsync(
            $"BACKUP DATABASE {past.Name} INTO 'mem://before' AS OF SYSTEM TIME '{known[2].Time}'"));
        Assert.Contains(isSlot ? past.Name : "plain", refused.Message, StringComparison.Ordinal);
        if (!isSlot)
        {
            await past.Session.ExecuteAsync(
                $"BACKUP TABLE {past.Name}.public.pair INTO 'mem://other' AS OF SYSTEM TIME '{known[2].Time}'");
        }

        // Layers go on, and give any time again from the first one on that has what was touched in full.
        await past.PatientlyAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://faults' WITH revision_history");
        var after = await past.CommitAsync(random, 3);
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://faults' WITH revision_history");
        foreach (var (time, _) in known.Concat(late))
        {
            var error = await Assert.ThrowsAsync<BackupSqlException>(() => past.RestoreAsync("mem://faults", time));
            output.WriteLine($"{error.SqlState} {error.Message}");
        }

        foreach (var (time, state) in after.Where((_, i) => i != 1))
            await past.CompareAsync("mem://faults", time, state, $"the chain at {time}");

        // Nor are the other tables the worse for it; but without the slot, or the rows of a table that is dropped, nothing
        // of the window is known.
        if (isSlot || statements[0].StartsWith("DROP", StringComparison.Ordinal))
            return;
        await past.RunAsync("DROP TABLE public.pair");
        await past.Session.ExecuteAsync(
            $"RESTORE TABLE {past.Name}.public.pair FROM LATEST IN 'mem://faults' AS OF SYSTEM TIME '{known[1].Time}'");
        Assert.Equal(known[1].State["pair"], (await past.StateAsync())["pair"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" WITH revision_history")]
    public async Task A_value_of_an_enumeration_that_is_renamed_is_what_it_is_called_then(string options)
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var past = await StartAsync("labels");
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://labels'{options}");
        var before = (Time: await past.NowAsync(), State: await past.StateAsync());
        await past.RunAsync("UPDATE public.kinds SET m = 'sad' WHERE d < 5");
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://labels'{options}");
        await past.RunAsync(
            "ALTER TYPE public.mood RENAME VALUE 'glad' TO 'happy'", "ALTER TYPE public.mood ADD VALUE 'so' AFTER 'happy'",
            "UPDATE public.kinds SET m = 'sad' WHERE d = 9", "UPDATE public.plain SET v = 'late'");
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://labels'{options}");

        await past.CompareAsync("mem://labels", null, await past.StateAsync(), "the chain");
        if (options.Length > 0)
            await past.CompareAsync("mem://labels", before.Time, before.State, "the time before");
        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => past.Session.ExecuteAsync(
            $"BACKUP TABLE {past.Name}.public.kinds INTO 'mem://early' AS OF SYSTEM TIME '{before.Time}'"));
        Assert.Contains("kinds", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_named_by_its_number_follows_its_name()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var past = await StartAsync("numbers");
        await past.RunAsync(
            "CREATE DOMAIN public.relations AS regclass[]",
            "CREATE TABLE public.named (id int PRIMARY KEY, r regclass, all_of public.relations)",
            "INSERT INTO public.named VALUES (1, 'public.pair', ARRAY['public.pair'::regclass]), (2, 'public.plain', '{}')");
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://numbers'");
        await past.RunAsync(
            "ALTER TABLE public.whole RENAME TO entire", "UPDATE public.named SET r = 'public.entire' WHERE id = 2");
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://numbers'");
        await past.RunAsync(
            "ALTER TABLE public.pair RENAME TO couple", "INSERT INTO public.named VALUES (3, NULL, NULL)");
        await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://numbers'");

        await past.RestoreAsync("mem://numbers", null);

        Assert.Equal(
            "1public.couple{public.couple},2public.entire{},3",
            await past.Test.QueryAsync(
                $"{past.Name}_back",
                "SET search_path = ''; SELECT string_agg(concat(id, r, all_of), ',' ORDER BY id) FROM public.named"));

        // It has no past, which is said, and nothing is asked of the log for it.
        var full = await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://told' WITH revision_history");
        Assert.Contains($"{past.Name}.public.named has no history", string.Join('\n', full.Notices), StringComparison.Ordinal);
        Assert.Equal(
            "d", await past.Test.QueryAsync(past.Name, "SELECT relreplident FROM pg_class WHERE relname = 'named'"));
    }

    [Fact]
    public async Task Tables_that_have_no_past_go_along_with_those_that_have_one()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var past = await StartAsync("mixed");
        await past.RunAsync(
            "CREATE TABLE public.keyless (v int)", "INSERT INTO public.keyless SELECT generate_series(1, 500)",
            "CREATE UNLOGGED TABLE public.unlogged (id int PRIMARY KEY, v int)", "INSERT INTO public.unlogged VALUES (1, 1), (2, 2)",
            "CREATE TABLE public.moods (m public.mood PRIMARY KEY, v int)", "INSERT INTO public.moods VALUES ('glad', 1)");
        var backup = $"BACKUP DATABASE {past.Name} INTO {{0}}'mem://mixed' WITH revision_history";
        var full = await past.Session.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, backup, ""));
        foreach (var table in (string[])["keyless", "unlogged", "moods"])
            Assert.Contains($"{past.Name}.public.{table} has no history", string.Join('\n', full.Notices), StringComparison.Ordinal);
        Assert.DoesNotContain("public.pair has no", string.Join('\n', full.Notices), StringComparison.Ordinal);

        var random = new Random(3);
        var known = await past.CommitAsync(random, 2);
        await past.RunAsync(
            "UPDATE public.keyless SET v = v + 1 WHERE v < 3", "UPDATE public.unlogged SET v = 5", "UPDATE public.moods SET v = 2");
        known.AddRange(await past.CommitAsync(random, 2));
        await past.Session.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, backup, "LATEST IN "));
        await past.CommitAsync(random, 1);
        await past.Session.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, backup, "LATEST IN "));
        var rest = "SELECT (SELECT sum(v) FROM public.keyless), (SELECT sum(v) FROM public.unlogged), (SELECT sum(v) FROM public.moods)";
        var (last, lastRest) = (await past.StateAsync(), await past.Test.QueryAsync(past.Name, rest));

        // The whole at the end of a layer; at a time between them it is refused by the table's name, and the others come.
        await past.CompareAsync("mem://mixed", null, last, "the chain");
        Assert.Equal(lastRest, await past.Test.QueryAsync($"{past.Name}_back", rest));
        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => past.RestoreAsync("mem://mixed", known[1].Time));
        Assert.Equal(SqlStates.TimeOutOfRange, refused.SqlState);
        Assert.Contains("keyless", refused.Message, StringComparison.Ordinal);
        await past.RunAsync("DROP TABLE public.pair, public.plain, public.moods");
        foreach (var table in (string[])["pair", "plain"])
        {
            await past.Session.ExecuteAsync(
                $"RESTORE TABLE {past.Name}.public.{table} FROM LATEST IN 'mem://mixed' AS OF SYSTEM TIME '{known[1].Time}'");
            Assert.Equal(known[1].State[table], (await past.StateAsync())[table]);
        }

        refused = await Assert.ThrowsAsync<BackupSqlException>(() => past.Session.ExecuteAsync(
            $"RESTORE TABLE {past.Name}.public.moods FROM LATEST IN 'mem://mixed' AS OF SYSTEM TIME '{known[1].Time}'"));
        Assert.Contains("moods", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prepared_transaction_counts_from_its_commit_on()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.StartAsync("-c max_prepared_transactions=4");
        try
        {
            await using var past = await StartAsync("prepared", test);
            var backup = $"BACKUP DATABASE {past.Name} INTO {{0}}'mem://prepared' WITH revision_history";
            await past.Session.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, backup, ""));
            await past.RunAsync("BEGIN; UPDATE public.whole SET v = -1; DELETE FROM public.pair; PREPARE TRANSACTION 'two'");
            var before = await past.StateAsync();
            var open = await past.NowAsync();
            await past.Session.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, backup, "LATEST IN "));
            var later = await past.NowAsync();
            await past.RunAsync("COMMIT PREPARED 'two'");
            var (committed, after) = (await past.NowAsync(), await past.StateAsync());
            Assert.NotEqual(before["whole"], after["whole"]);
            await past.RunAsync("UPDATE public.whole SET v = -2 WHERE id = 1");
            await past.Session.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, backup, "LATEST IN "));

            await past.CompareAsync("mem://prepared", open, before, "while it is prepared");
            await past.CompareAsync("mem://prepared", later, before, "while it is prepared, in the next layer");
            await past.CompareAsync("mem://prepared", committed, after, "when it is committed");
            await past.CompareAsync("mem://prepared", null, await past.StateAsync(), "the chain");
        }
        finally
        {
            await test.StopAsync();
        }
    }

    [Fact]
    public async Task No_time_cuts_through_a_transaction_while_two_back_up_and_others_write()
    {
        if (!TestServer.IsInstalled(output))
            return;
        const int accounts = 20;
        await using var past = await StartAsync("bank");
        await past.RunAsync(
            "CREATE TABLE public.bank (id int PRIMARY KEY, amount int, note text)",
            $"INSERT INTO public.bank SELECT n, 100, repeat('x', 3000) FROM generate_series(1, {accounts}) n");
        await past.Session.ExecuteAsync($"BACKUP TABLE {past.Name}.public.bank INTO 'mem://one' WITH revision_history");
        await past.Session.ExecuteAsync($"BACKUP TABLE {past.Name}.public.bank INTO 'mem://two' WITH revision_history");
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(seed => Task.Run(() => TransferAsync(past, seed, accounts, stop.Token))).ToList();
        var times = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(
                past.OpenSession().ExecuteAsync($"BACKUP TABLE {past.Name}.public.bank INTO LATEST IN 'mem://one' WITH revision_history"),
                past.OpenSession().ExecuteAsync($"BACKUP TABLE {past.Name}.public.bank INTO LATEST IN 'mem://two' WITH revision_history"));
            for (var i = 0; i < 3; i++)
            {
                times.Add(await past.NowAsync());
                await Task.Delay(37);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        await past.Session.ExecuteAsync($"BACKUP TABLE {past.Name}.public.bank INTO LATEST IN 'mem://one' WITH revision_history");
        await past.Session.ExecuteAsync($"BACKUP TABLE {past.Name}.public.bank INTO LATEST IN 'mem://two' WITH revision_history");
        foreach (var time in times)
        {
            var states = new List<string>();
            foreach (var collection in (string[])["one", "two"])
            {
                await past.RunAsync("DROP SCHEMA IF EXISTS back CASCADE", "CREATE SCHEMA back", "ALTER TABLE public.bank SET SCHEMA back");
                await past.Session.ExecuteAsync(
                    $"RESTORE TABLE {past.Name}.public.bank FROM LATEST IN 'mem://{collection}' AS OF SYSTEM TIME '{time}'");
                Assert.Equal($"{accounts * 100}", await past.Test.QueryAsync(past.Name, "SELECT sum(amount) FROM public.bank"));
                states.Add(await past.Test.QueryAsync(past.Name, "SELECT string_agg(b::text, ',' ORDER BY id) FROM public.bank b"));
            }

            // A transaction has one time, in whichever backup it is.
            Assert.Equal(states[0], states[1]);
        }
    }

    private static async Task TransferAsync(Past past, int seed, int accounts, CancellationToken stop)
    {
        var random = new Random(seed);
        await using var connection = await past.Test.ConnectAsync(past.Name);
        while (!stop.IsCancellationRequested)
        {
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            try
            {
                var (from, to) = (random.Next(1, accounts + 1), random.Next(1, accounts + 1));
                await ExecuteAsync(connection, $"UPDATE public.bank SET amount = amount - 1 WHERE id = {from}");
                if (random.Next(10) == 0)
                    await Task.Delay(random.Next(60), CancellationToken.None);
                await ExecuteAsync(connection, $"UPDATE public.bank SET amount = amount + 1 WHERE id = {to}");
                await (random.Next(8) == 0 ? transaction.RollbackAsync(CancellationToken.None) : transaction.CommitAsync(CancellationToken.None));
            }
            catch (PostgresException)
            {
                // Two of them in each other's way.
                await transaction.RollbackAsync(CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task Who_does_not_want_whole_rows_in_the_log_gets_no_past()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var past = await StartAsync("wishes");
        var identity = "SELECT string_agg(relreplident, '' ORDER BY relname) FROM pg_class WHERE relname IN ('pair', 'plain', 'west', 'whole')";
        Assert.Equal("ffff", await past.Test.QueryAsync(past.Name, identity));
        await past.RunAsync("ALTER TABLE public.plain REPLICA IDENTITY DEFAULT");

        var time = await past.NowAsync();
        var error = await Assert.ThrowsAsync<BackupSqlException>(() => past.Session.ExecuteAsync(
            $"BACKUP DATABASE {past.Name} INTO 'mem://wishes' AS OF SYSTEM TIME '{time}'"));
        Assert.Contains("plain", error.Message, StringComparison.Ordinal);
        var backup = await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://wishes' WITH revision_history");
        Assert.Contains("public.plain has no history", string.Join('\n', backup.Notices), StringComparison.Ordinal);
        Assert.Equal("fdff", await past.Test.QueryAsync(past.Name, identity));

        // What is restored has what the user had set, and so has the database itself when it is tracked no more.
        await past.RestoreAsync("mem://wishes", null);
        Assert.Equal("dddf", await past.Test.QueryAsync($"{past.Name}_back", identity));
        await past.Session.ExecuteAsync($"ALTER DATABASE {past.Name} CONFIGURE ZONE DISCARD");
        Assert.Equal("dddf", await past.Test.QueryAsync(past.Name, identity));
    }

    [Fact]
    public async Task What_the_server_keeps_back_is_told_and_bounded()
    {
        if (!TestServer.IsInstalled(output))
            return;
        // The log is the whole server's: nobody else may write to it.
        var test = await TestServer.StartAsync();
        try
        {
            await using var past = await StartAsync("kept", test, maxKeptLog: 64 << 20);
            await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO 'mem://kept'");
            await past.RunAsync("UPDATE public.plain SET big = repeat(md5(random()::text), 32768)");
            Assert.Contains("MiB of its log for slot", await NoticesAsync(past), StringComparison.Ordinal);

            await past.RunAsync("UPDATE public.plain SET big = repeat(md5(random()::text), 32768)");
            var notices = await NoticesAsync(past);
            Assert.Contains("it is given up", notices, StringComparison.Ordinal);
            Assert.Contains("public.plain is backed up in full", notices, StringComparison.Ordinal);
            await past.CompareAsync("mem://kept", null, await past.StateAsync(), "the chain");
        }
        finally
        {
            await test.StopAsync();
        }
    }

    private async Task<string> NoticesAsync(Past past)
    {
        var result = await past.Session.ExecuteAsync($"BACKUP DATABASE {past.Name} INTO LATEST IN 'mem://kept'");
        var notices = string.Join('\n', result.Notices);
        output.WriteLine(notices);
        return notices;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<Past> StartAsync(string hint, TestServer? server = null, long? maxKeptLog = null)
    {
        var test = server ?? await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync(hint, Schema);
        await test.RunSqlAsync(
            database, "CREATE TABLE public.whole (id int PRIMARY KEY, v int)", "ALTER TABLE public.whole REPLICA IDENTITY FULL",
            "INSERT INTO public.whole SELECT n, n FROM generate_series(1, 20) n");
        var past = new Past(test, database, maxKeptLog);
        await past.Session.ExecuteAsync($"ALTER DATABASE {database} CONFIGURE ZONE USING gc.ttlseconds = 3600");
        return past;
    }

    /// <summary>A tracked database, and a place beside it for what comes back.</summary>
    private sealed class Past : IAsyncDisposable
    {
        private readonly PostgresEngine _engine;
        private readonly BackupHost _host;

        public Past(TestServer test, string name, long? maxKeptLog)
        {
            (Test, Name) = (test, name);
            _engine = PostgresEngine.Open(new PostgresEngineOptions
            {
                ConnectionString = $"{test.ConnectionString};Timeout=60",
                MaxKeptLog = maxKeptLog,
                Databases = new[] { name, $"{name}_back" }.ToDictionary(database => database),
            });
            _host = new BackupHost(new BackupHostOptions
            {
                Engines = new Dictionary<string, IDatabaseEngine> { ["pg"] = _engine },
                Stores = [new MemoryObjectStoreProvider()],
            });
            Session = _host.OpenSession();
        }

        public TestServer Test { get; }

        public string Name { get; }

        public BackupSession Session { get; }

        public BackupSession OpenSession() => _host.OpenSession();

        public Task RunAsync(params string[] statements) => Test.RunSqlAsync(Name, statements);

        /// <summary>A new slot waits for whatever transaction is under way on the server, be it autovacuum's.</summary>
        public async Task PatientlyAsync(string statement)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await Session.ExecuteAsync(statement);
                    return;
                }
                catch (BackupSqlException late) when (late.SqlState == SqlStates.LockNotAvailable && attempt < 20)
                {
                    await Task.Delay(500);
                }
            }
        }

        /// <summary>Some work in one transaction, now and then followed by one that is rolled back.</summary>
        public async Task CommitAsync(Random random)
        {
            var isWhole = await Test.QueryAsync(Name, "SELECT to_regclass('public.plain') IS NOT NULL") == "True";
            var usual = Work.Where(work => isWhole || !work.Contains("public.plain", StringComparison.Ordinal)).ToList();
            await using var connection = await Test.ConnectAsync(Name);
            foreach (var isKept in random.Next(4) == 0 ? new[] { false, true } : [true])
            {
                await using var transaction = await connection.BeginTransactionAsync();
                for (var left = random.Next(1, 5); left > 0; left--)
                {
                    var work = usual[random.Next(usual.Count)].Replace(
                        "?", random.Next(1, Rows + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                    await ExecuteAsync(connection, $"SAVEPOINT work; {work}");
                }

                await (isKept ? transaction.CommitAsync() : transaction.RollbackAsync());
            }
        }

        /// <summary>Some transactions, with what there was after each.</summary>
        public async Task<List<(string Time, Dictionary<string, string> State)>> CommitAsync(Random random, int count)
        {
            var known = new List<(string, Dictionary<string, string>)>();
            for (var i = 0; i < count; i++)
            {
                await CommitAsync(random);
                known.Add((await NowAsync(), await StateAsync()));
            }

            return known;
        }

        /// <summary>A time after all that has been committed.</summary>
        public async Task<string> NowAsync()
        {
            var now = await _engine.GetCurrentTimeAsync();
            return now.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        }

        public Task<Dictionary<string, string>> StateAsync() => StateAsync(Name);

        public async Task RestoreAsync(string collection, string? time)
        {
            await Test.RunSqlAsync("postgres", $"DROP DATABASE IF EXISTS {Name}_back WITH (FORCE)");
            var asOf = time is null ? "" : $" AS OF SYSTEM TIME '{time}'";
            await Session.ExecuteAsync(
                $"RESTORE DATABASE {Name} FROM LATEST IN '{collection}'{asOf} WITH new_db_name = '{Name}_back'");
        }

        public async Task CompareAsync(
            string collection, string? time, Dictionary<string, string> state, string what)
        {
            await RestoreAsync(collection, time);
            foreach (var (table, rows) in await StateAsync($"{Name}_back"))
                Assert.True(rows == state[table], $"{what}: table {table}\n{rows}\ninstead of\n{state[table]}");
        }

        public async ValueTask DisposeAsync()
        {
            // Of slots the server has few.
            await Session.ExecuteAsync($"ALTER DATABASE {Name} CONFIGURE ZONE DISCARD");
            await _host.DisposeAsync();
            await Test.RunSqlAsync("postgres", $"DROP DATABASE IF EXISTS {Name}_back WITH (FORCE)");
        }

        private async Task<Dictionary<string, string>> StateAsync(string database)
        {
            var state = new Dictionary<string, string>();
            await using var connection = await Test.ConnectAsync(database);
            foreach (var table in Tables)
            {
                // Rows as text, in an order that no collation changes; a table that is gone has none.
                await using var command = new NpgsqlCommand(
                    $"SELECT coalesce(query_to_xml(CASE WHEN to_regclass('public.{table}') IS NOT NULL THEN "
                    + $"'SELECT t::text FROM public.{table} t ORDER BY t::text COLLATE \"C\"' ELSE 'SELECT 1 WHERE false' END, "
                    + "true, false, '')::text, '')",
                    connection);
                state[table] = (string)(await command.ExecuteScalarAsync())!;
            }

            return state;
        }
    }
}
