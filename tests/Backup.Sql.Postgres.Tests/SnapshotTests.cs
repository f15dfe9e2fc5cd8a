using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Rows;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

public sealed class SnapshotTests(ITestOutputHelper output)
{
    private const string Accounts =
        "CREATE TABLE public.accounts (id int PRIMARY KEY, balance bigint); "
        + "INSERT INTO public.accounts SELECT n, 100 FROM generate_series(1, 20) n";

    [Fact]
    public async Task Money_that_moves_between_databases_is_never_lost()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var databases = new[] { await test.CreateDatabaseAsync("bank", Accounts), await test.CreateDatabaseAsync("bank", Accounts) };
        await using var engine = Open(test);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(seed => Task.Run(() => MoveAsync(test, databases, seed, stop.Token)))
            .ToList();
        try
        {
            for (var i = 0; i < 10; i++)
            {
                await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = databases });
                var sums = new List<long>();
                foreach (var database in databases)
                    sums.Add(await SumAsync(snapshot, database));

                // Money leaves first and arrives later: what is under way is missing, and never there twice.
                Assert.InRange(sums.Sum(), 4000 - 3, 4000);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }
    }

    [Theory]
    [InlineData("TRUNCATE public.accounts")]
    [InlineData("ALTER TABLE public.accounts ALTER balance TYPE numeric")]
    [InlineData("ALTER TABLE public.accounts ADD extra int DEFAULT 5")]
    [InlineData("DROP TABLE public.accounts")]
    [InlineData("VACUUM FULL public.accounts")]
    [InlineData("CREATE TABLE public.more (id int)")]
    [InlineData("ALTER TABLE public.accounts RENAME TO others")]
    public async Task What_happens_between_snapshot_and_locks_is_noticed(string statement)
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("race", Accounts);
        await using var engine = Open(test);
        var times = 0;
        engine.Opener.BeforeLocks = async () =>
        {
            if (times++ == 0)
                await test.RunSqlAsync(database, statement);
        };

        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });

        Assert.Equal(statement.StartsWith("CREATE", StringComparison.Ordinal) ? 1 : 2, times);
        var tables = await test.QueryAsync(
            database,
            "SELECT coalesce(sum((xpath('/row/c/text()', query_to_xml('SELECT count(*) c FROM ' || oid::regclass, false, true, '')))[1]::text::int), 0)"
            + " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
        var seen = 0;
        foreach (var table in (await snapshot.Catalog.GetObjectsAsync(database)).OfType<Backup.Sql.Catalog.TableDescriptor>())
        {
            var rows = new RowCollector();
            await snapshot.ExportAsync(new TableSpace(database, table.Id), KeySpan.All, ExportWindow.Full, rows);
            seen += rows.Rows.Count;
        }

        Assert.Equal(tables, seen.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_table_that_somebody_rewrites_is_not_waited_for_long()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("busy", Accounts);
        await using var engine = Open(test, options => options with { LockTimeout = TimeSpan.FromMilliseconds(300) });
        await using var holder = await test.ConnectAsync(database);
        await holder.ExecuteAsync("BEGIN; LOCK TABLE public.accounts IN ACCESS EXCLUSIVE MODE", CancellationToken.None);

        var error = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] }));

        Assert.Equal(SqlStates.LockNotAvailable, error.SqlState);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Who_waits_to_change_a_table_does_not_stop_the_export()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("queue", Accounts);
        await using var engine = Open(test, options => options with { LockTimeout = TimeSpan.FromMilliseconds(300) });
        Task dropping;
        await using (var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] }))
        {
            var space = await RowRoundTripTests.SpaceAsync(snapshot, database, "accounts");
            dropping = Task.Run(() => test.RunSqlAsync(database, "TRUNCATE public.accounts"));
            while (await test.QueryAsync(database, "SELECT count(*) FROM pg_locks WHERE NOT granted") == "0")
                await Task.Delay(10);
            var rows = new RowCollector();
            await snapshot.ExportAsync(space, KeySpan.All, ExportWindow.Full, rows);
            Assert.Equal(20, rows.Rows.Count);
        }

        await dropping;
    }

    [Fact]
    public async Task A_table_that_the_user_may_not_read_is_named()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("rights", Accounts, "CREATE TABLE public.secret (id int)");
        await test.RunSqlAsync(
            database, $"CREATE ROLE {database}_reader LOGIN", $"GRANT SELECT ON public.accounts TO {database}_reader");
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(test.ConnectionString) { Username = $"{database}_reader" };
        await using var engine = PostgresEngine.Open(new() { ConnectionString = connection.ConnectionString });
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        var space = await RowRoundTripTests.SpaceAsync(snapshot, database, "secret");

        var error = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await snapshot.ExportAsync(space, KeySpan.All, ExportWindow.Full, new RowCollector()));

        Assert.Equal(SqlStates.InsufficientPrivilege, error.SqlState);
        Assert.Contains("public.secret", error.Message);
        Assert.Equal(2000, await SumAsync(snapshot, database));
    }

    [Fact]
    public async Task A_time_limit_of_the_user_does_not_end_an_export()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync(
            "limits", "CREATE VIEW public.slow AS SELECT 1", "CREATE TABLE public.t AS SELECT n FROM generate_series(1, 300000) n");
        await test.RunSqlAsync(
            database, $"CREATE ROLE {database}_hasty LOGIN SUPERUSER",
            $"ALTER ROLE {database}_hasty SET statement_timeout = '1ms'",
            $"ALTER ROLE {database}_hasty SET default_transaction_isolation = 'serializable'",
            $"ALTER ROLE {database}_hasty SET idle_in_transaction_session_timeout = '1ms'");
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(test.ConnectionString) { Username = $"{database}_hasty" };
        await using var engine = PostgresEngine.Open(new() { ConnectionString = connection.ConnectionString });
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        var rows = new RowCollector();

        await snapshot.ExportAsync(
            await RowRoundTripTests.SpaceAsync(snapshot, database, "t"), KeySpan.All, ExportWindow.Full, rows);

        Assert.Equal(300_000, rows.Rows.Count);
    }

    [Fact]
    public async Task A_server_that_dies_gives_an_error_that_passes()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.StartAsync();
        try
        {
            var database = await test.CreateDatabaseAsync(
                "killed", "CREATE TABLE public.t AS SELECT n, repeat('x', 500) x FROM generate_series(1, 200000) n");
            await using var engine = Open(test);
            await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
            var space = await RowRoundTripTests.SpaceAsync(snapshot, database, "t");
            var rows = new RowCollector
            {
                AfterRow = count =>
                {
                    if (count == 1000)
                        test.KillAsync().GetAwaiter().GetResult();
                },
            };

            var error = await Assert.ThrowsAsync<BackupSqlException>(
                async () => await snapshot.ExportAsync(space, KeySpan.All, ExportWindow.Full, rows));

            Assert.True(error.IsTransient);
            Assert.Contains("public.t", error.Message);
            Assert.NotNull(error.Hint);
        }
        finally
        {
            await test.StopAsync();
        }
    }

    [Theory]
    [InlineData("CREATE TABLE public.t (id bigint PRIMARY KEY, x text)", true)]
    [InlineData("CREATE TABLE public.t (id bigint, x text)", true)]
    [InlineData("CREATE TABLE public.t (id bigint, x text, PRIMARY KEY (x, id))", false)]
    [InlineData("CREATE TABLE public.t (id bigint, x text COLLATE \"C\", PRIMARY KEY (x, id))", true)]
    [InlineData("CREATE TABLE public.t (id bigint NOT NULL, x text); CREATE UNIQUE INDEX ON public.t (id DESC)", true)]
    [InlineData("CREATE TABLE public.t (id numeric, x text, PRIMARY KEY (id, x))", false)]
    [InlineData("CREATE TABLE public.t (id bigint, x text) PARTITION BY HASH (id); CREATE TABLE public.b PARTITION OF public.t FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE public.a PARTITION OF public.t FOR VALUES WITH (MODULUS 2, REMAINDER 1)", true)]
    [InlineData("CREATE TABLE public.t (id bigint PRIMARY KEY, x text) PARTITION BY HASH (id); CREATE TABLE public.b (x text, id bigint NOT NULL); ALTER TABLE public.t ATTACH PARTITION public.b FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE public.a PARTITION OF public.t FOR VALUES WITH (MODULUS 2, REMAINDER 1)", true)]
    public async Task Spans_of_a_table_cover_every_row_once(string table, bool isOrdered)
    {
        if (!TestServer.IsInstalled(output))
            return;
        const int count = 30_000;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync(
            "spans", table,
            $"INSERT INTO public.t (id, x) SELECT n * 7919 % {count}, md5(n::text) || repeat('x', n % 50) FROM generate_series(1, {count}) n",
            "DELETE FROM public.t WHERE id % 10 = 3");
        await using var engine = Open(test);
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        var space = await RowRoundTripTests.SpaceAsync(snapshot, database, "t");
        var whole = new RowCollector();
        await snapshot.ExportAsync(space, KeySpan.All, ExportWindow.Full, whole);

        Assert.Equal(isOrdered, (await snapshot.DescribeAsync(space)).Ordered);
        var spans = await snapshot.SplitAsync(space, 200_000);
        var parts = await Task.WhenAll(spans.Select(async span =>
        {
            var part = new RowCollector();
            await snapshot.ExportAsync(space, span, ExportWindow.Full, part);
            Assert.All(part.Rows, row => Assert.True(span.Contains(row.Key)));
            return part.Rows;
        }));

        output.WriteLine($"{spans.Count} spans of {string.Join(' ', parts.Select(part => part.Count))} rows");
        Assert.Equal(count - (count / 10), whole.Rows.Count);
        Assert.Equal(Texts(whole.Rows, !isOrdered), Texts(parts.SelectMany(part => part), !isOrdered));
        Assert.Equal(whole.Rows.Count, Texts(whole.Rows, true).Distinct().Count());
    }

    private static List<string> Texts(IEnumerable<(byte[] Key, byte[] Value)> rows, bool isSorted)
    {
        var texts = rows.Select(row => Convert.ToHexString(row.Key) + " " + Convert.ToHexString(row.Value)).ToList();
        if (isSorted)
            texts.Sort(StringComparer.Ordinal);
        return texts;
    }

    private static PostgresEngine Open(TestServer test, Func<PostgresEngineOptions, PostgresEngineOptions>? change = null)
    {
        var options = new PostgresEngineOptions { ConnectionString = test.ConnectionString };
        return PostgresEngine.Open(change?.Invoke(options) ?? options);
    }

    private static async Task MoveAsync(TestServer test, string[] databases, int seed, CancellationToken stop)
    {
        await using var first = await test.ConnectAsync(databases[0]);
        await using var second = await test.ConnectAsync(databases[1]);
        for (var i = seed; !stop.IsCancellationRequested; i++)
        {
            var (from, to) = i % 2 == 0 ? (first, second) : (second, first);
            await from.ExecuteAsync(
                $"UPDATE public.accounts SET balance = balance - 1 WHERE id = {(i % 20) + 1}", CancellationToken.None);
            await to.ExecuteAsync(
                $"UPDATE public.accounts SET balance = balance + 1 WHERE id = {(i % 20) + 1}", CancellationToken.None);
        }
    }

    private static async Task<long> SumAsync(IEngineSnapshot snapshot, string database)
    {
        var rows = new RowCollector();
        await snapshot.ExportAsync(
            await RowRoundTripTests.SpaceAsync(snapshot, database, "accounts"), KeySpan.All, ExportWindow.Full, rows);
        return rows.Rows.Sum(row =>
        {
            var reader = new RecordReader(row.Value);
            reader.MoveNext();
            reader.MoveNext();
            return reader.GetInteger();
        });
    }
}
