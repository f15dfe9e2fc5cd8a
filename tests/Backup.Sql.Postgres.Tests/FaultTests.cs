using System.Diagnostics;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.Storage;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>
/// Whatever happens to the server: a restore lands whole or not at all, what was acknowledged restores, and nothing is
/// left behind.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const string StagedDatabases = "SELECT count(*) FROM pg_database WHERE datname LIKE 'backupsql%'";

    private static readonly string[] Schema =
    [
        "CREATE TABLE public.shelf (id int PRIMARY KEY, name text UNIQUE, tags text[], at timestamptz DEFAULT now(), f float8)",
        "CREATE TABLE public.book (id int PRIMARY KEY, shelf int REFERENCES public.shelf, v text)",
        "CREATE INDEX book_v_idx ON public.book (v)",
        "CREATE VIEW public.odd AS SELECT id FROM public.book WHERE v = NULL",
        "INSERT INTO public.shelf SELECT n, 's' || n, ARRAY['a', NULL, '\"' || n], now(), n / 7.0 FROM generate_series(1, 200) n",
        "INSERT INTO public.book SELECT n, 1 + n % 200, repeat(md5(n::text), 8) FROM generate_series(1, 5000) n",
    ];

    /// <summary>What a user, or a database, can have set.</summary>
    private static readonly string[] Settings =
    [
        "statement_timeout = '1ms'", "lock_timeout = '1ms'", "idle_in_transaction_session_timeout = '1ms'",
        "idle_session_timeout = '1ms'", "default_transaction_read_only = on", "default_transaction_isolation = 'serializable'",
        "array_nulls = off", "transform_null_equals = on", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'",
        "bytea_output = 'escape'", "extra_float_digits = -15", "standard_conforming_strings = off", "search_path = nowhere",
        "TimeZone = 'Asia/Kathmandu'", "quote_all_identifiers = on", "row_security = on", "session_replication_role = replica",
        "synchronize_seqscans = on", "check_function_bodies = on",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Settings_of_the_user_or_the_database_are_in_nobodys_way(bool ofDatabase)
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var shop = await Shop.StartAsync(await TestServer.GetAsync(), "settings", withUser: true);
        var set = Settings.Select(setting => ofDatabase
            ? $"ALTER DATABASE {shop.Name} SET {setting}" : $"ALTER ROLE {shop.Name}_user SET {setting}");
        await shop.Test.RunSqlAsync("postgres", [.. set]);
        await shop.Session.ExecuteAsync($"ALTER DATABASE {shop.Name} CONFIGURE ZONE USING gc.ttlseconds = 3600");
        await shop.BackUpAsync("INTO");
        await shop.ChangeAsync(1);
        await shop.BackUpAsync("INTO LATEST IN");
        await shop.ChangeAsync(2);
        await shop.BackUpAsync("INTO LATEST IN", " WITH revision_history");

        await shop.RestoreAsync();
        await shop.RunSqlAsync("DROP TABLE public.book CASCADE", "DROP TABLE public.shelf");
        await shop.Session.ExecuteAsync(
            $"RESTORE TABLE {shop.Name}.public.book, {shop.Name}.public.shelf, {shop.Name}.public.odd FROM LATEST IN 'mem://shop'");

        var was = await shop.DumpAsync(shop.Name);
        Assert.Equal(was, await shop.DumpAsync(shop.Copy));
        Assert.Equal(was, shop.Acknowledged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public async Task Connections_that_break_leave_all_or_nothing(int seed)
    {
        if (!TestServer.IsInstalled(output))
            return;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var pooled = await PooledServer.RentAsync();
        await using var shop = await Shop.StartAsync(pooled.Server, "resets", tracks: seed % 2 == 0);
        await shop.BackUpAsync("INTO");
        for (var round = 0; round < 3; round++)
        {
            await shop.ChangeAsync(round);
            await shop.InterruptAsync(() => shop.BackUpAsync("INTO LATEST IN"), random, shop.ResetAsync, output);
        }

        // Between the statements of a load is little time: it takes many tries to break a connection there.
        for (var round = 0; round < 8; round++)
        {
            if (await shop.InterruptAsync(shop.RestoreAsync, random, shop.ResetAsync, output))
                Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
            else
                Assert.Equal("0", await shop.CopiesAsync());
        }

        await shop.RestoreAsync();
        Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
        Assert.Equal("0", await shop.Test.QueryAsync("postgres", StagedDatabases));
    }

    [Fact]
    public async Task A_server_that_is_killed_comes_back_with_all_or_nothing()
    {
        if (!TestServer.IsInstalled(output))
            return;
        const int seed = 3;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var test = await TestServer.StartAsync();
        try
        {
            await using var shop = await Shop.StartAsync(test, "killed", tracks: true);
            await shop.BackUpAsync("INTO");
            for (var round = 0; round < 2; round++)
            {
                await shop.ChangeAsync(round);
                await shop.InterruptAsync(() => shop.BackUpAsync("INTO LATEST IN"), random, shop.CrashAsync, output);
            }

            for (var round = 0; round < 2; round++)
            {
                if (!await shop.InterruptAsync(shop.RestoreAsync, random, shop.CrashAsync, output))
                    Assert.Equal("0", await shop.CopiesAsync());
            }

            // The slot has outlived it: the next increment still knows every change.
            await shop.ChangeAsync(7);
            await shop.BackUpAsync("INTO LATEST IN");
            await shop.RestoreAsync();
            Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
            Assert.Equal("0", await test.QueryAsync("postgres", StagedDatabases));
        }
        finally
        {
            await test.StopAsync();
        }
    }

    [Fact]
    public async Task A_full_disk_of_the_server_loses_nothing()
    {
        if (!TestServer.IsInstalled(output))
            return;
        if (FullDisk.Refusal is { } refusal)
        {
            output.WriteLine($"skipped: {refusal}");
            return;
        }

        var test = await TestServer.StartAsync();
        try
        {
            using var disk = await MountAsync(test);
            await using var shop = await Shop.StartAsync(test, "disk", tracks: true);
            await shop.BackUpAsync("INTO");
            await shop.ChangeAsync(1);
            var time = await test.QueryAsync("postgres", "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')");
            await shop.ChangeAsync(2);
            await shop.RunSqlAsync("CREATE SCHEMA aside", "ALTER TABLE public.book SET SCHEMA aside");
            string[] statements =
            [
                $"RESTORE DATABASE {shop.Name} FROM LATEST IN 'mem://shop' WITH new_db_name = '{shop.Copy}'",
                $"RESTORE TABLE {shop.Name}.public.book FROM LATEST IN 'mem://shop'",
                $"BACKUP TABLE {shop.Name}.public.shelf, {shop.Name}.public.book INTO 'mem://past' AS OF SYSTEM TIME '{time}'",
            ];
            disk.Fill(512 << 10);
            foreach (var statement in statements)
            {
                var error = await Assert.ThrowsAsync<BackupSqlException>(() => shop.Session.ExecuteAsync(statement));
                output.WriteLine($"{error.SqlState} {error.Message} {error.Detail}");
                Assert.Equal(SqlStates.DiskFull, error.SqlState);
            }

            Assert.Equal("0", await shop.CopiesAsync());
            Assert.Equal("0", await test.QueryAsync("postgres", StagedDatabases));
            Assert.Equal("True", await test.QueryAsync(shop.Name, "SELECT to_regclass('public.book') IS NULL"));
            disk.Empty();
            foreach (var statement in statements)
                await shop.Session.ExecuteAsync(statement);
            Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
        }
        finally
        {
            await test.StopAsync();
        }
    }

    /// <summary>Has all databases that are made from now on lie on a small disk; the log lies elsewhere.</summary>
    private static async Task<FullDisk> MountAsync(TestServer test)
    {
        var directory = Directory.CreateDirectory(Path.Combine(test.Root, "disk")).FullName;
        var disk = new FullDisk(directory, 128);
        using (var chown = Process.Start("chown", ["postgres", directory]))
            await chown.WaitForExitAsync();
        await test.RunSqlAsync(
            "postgres", $"CREATE TABLESPACE small LOCATION '{directory}'", "ALTER DATABASE template0 SET TABLESPACE small");
        return disk;
    }

    [Fact]
    public async Task A_transaction_that_stays_open_over_increments_is_in_the_one_after_its_commit()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var shop = await Shop.StartAsync(await TestServer.GetAsync(), "open", tracks: true);
        await shop.BackUpAsync("INTO");
        await using var connection = await shop.Test.ConnectAsync(shop.Name);
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var work = new NpgsqlCommand(
            "UPDATE public.book SET v = 'late' WHERE id < 100; DELETE FROM public.book WHERE id > 4990; "
            + "INSERT INTO public.shelf (id, name) VALUES (900, 'late')",
            connection))
            await work.ExecuteNonQueryAsync();
        for (var round = 0; round < 2; round++)
        {
            await shop.RunSqlAsync($"UPDATE public.book SET v = 'meanwhile {round}' WHERE id BETWEEN 200 AND 210 + {round}");
            await shop.BackUpAsync("INTO LATEST IN");
            await shop.RestoreAsync();
            Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
        }

        await transaction.CommitAsync();
        await shop.BackUpAsync("INTO LATEST IN");
        await shop.RestoreAsync();
        Assert.Contains("'late'", shop.Acknowledged, StringComparison.Ordinal);
        Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
    }

    [Fact]
    public async Task A_table_that_somebody_has_locked_is_no_half_backup()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var shop = await Shop.StartAsync(await TestServer.GetAsync(), "locked", tracks: true);
        await shop.BackUpAsync("INTO");
        await using (var connection = await shop.Test.ConnectAsync(shop.Name))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var work = new NpgsqlCommand("ALTER TABLE public.book ADD COLUMN n int", connection))
                await work.ExecuteNonQueryAsync();
            var error = await Assert.ThrowsAsync<BackupSqlException>(
                () => shop.Session.ExecuteAsync($"BACKUP DATABASE {shop.Name} INTO LATEST IN 'mem://shop'"));
            Assert.Equal(SqlStates.LockNotAvailable, error.SqlState);
            await transaction.CommitAsync();
        }

        await shop.RestoreAsync();
        Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
        await shop.BackUpAsync("INTO LATEST IN");
        await shop.RestoreAsync();
        Assert.Equal(shop.Acknowledged, await shop.DumpAsync(shop.Copy));
    }

    /// <summary>A database with a chain of backups, and a name for what comes back.</summary>
    private sealed class Shop : IAsyncDisposable
    {
        private readonly BackupHost _host;
        private readonly bool _isTracked;
        private Func<Task>? _meanwhile;

        private Shop(TestServer test, string name, bool isTracked, string? user)
        {
            (Test, Name, _isTracked) = (test, name, isTracked);
            var connection = test.For("postgres");
            connection.Username = user ?? connection.Username;
            connection.Timeout = 60;
            _host = new BackupHost(new BackupHostOptions
            {
                Engines = new Dictionary<string, IDatabaseEngine>
                {
                    ["pg"] = PostgresEngine.Open(new PostgresEngineOptions
                    {
                        ConnectionString = connection.ConnectionString,
                        Databases = new[] { name, $"{name}_back" }.ToDictionary(database => database),
                        LockTimeout = TimeSpan.FromMilliseconds(500),
                    }),
                },
                Stores = [new MemoryObjectStoreProvider()],
            });
            Session = _host.OpenSession();
        }

        public TestServer Test { get; }

        public string Name { get; }

        public string Copy => $"{Name}_back";

        public BackupSession Session { get; }

        /// <summary>What the last backup that was acknowledged must give back.</summary>
        public string Acknowledged { get; private set; } = "";

        public static async Task<Shop> StartAsync(TestServer test, string hint, bool tracks = false, bool withUser = false)
        {
            var name = await test.CreateDatabaseAsync(hint, Schema);
            if (withUser)
                await test.RunSqlAsync("postgres", $"CREATE ROLE {name}_user LOGIN SUPERUSER");
            var shop = new Shop(test, name, tracks, withUser ? $"{name}_user" : null);
            if (tracks)
                await shop.Session.ExecuteAsync($"ALTER DATABASE {name} CONFIGURE ZONE USING gc.ttlseconds = 3600");
            return shop;
        }

        public Task RunSqlAsync(params string[] statements) =>
            Test.RunSqlAsync(Name, ["SET session_replication_role = origin", .. statements]);

        public Task ChangeAsync(int round) => RunSqlAsync(
            $"UPDATE public.book SET v = v || '{round}' WHERE id % 9 = {round}",
            $"DELETE FROM public.book WHERE id % 500 = {round}",
            $"INSERT INTO public.book SELECT 30000 + 1000 * {round} + n, NULL, 'new' FROM generate_series(1, 500) n",
            $"INSERT INTO public.shelf VALUES (1000 + {round}, 'more {round}', '{{NULL,\"NULL\"}}')");

        public async Task BackUpAsync(string into, string options = "")
        {
            var now = await DumpAsync(Name);
            await RunAsync($"BACKUP DATABASE {Name} {into} 'mem://shop'{options}");
            Acknowledged = now;
        }

        public async Task RestoreAsync()
        {
            await Test.RunSqlAsync("postgres", $"DROP DATABASE IF EXISTS {Copy} WITH (FORCE)");
            await RunAsync($"RESTORE DATABASE {Name} FROM LATEST IN 'mem://shop' WITH new_db_name = '{Copy}'");
        }

        public Task<string> CopiesAsync() =>
            Test.QueryAsync("postgres", $"SELECT count(*) FROM pg_database WHERE datname = '{Copy}'");

        public async Task<string> DumpAsync(string database)
        {
            var dump = await Dump.WholeAsync(Test, database, "--exclude-schema=backupsql", "--no-publications");
            return string.Join('\n', dump.Split('\n').Where(line => line.Length > 0
                && !line.EndsWith(" REPLICA IDENTITY FULL;", StringComparison.Ordinal)));
        }

        /// <summary>Does something to the server while a statement runs, and tells whether it got through.</summary>
        public async Task<bool> InterruptAsync(Func<Task> run, Random random, Func<Task> fault, ITestOutputHelper output)
        {
            var wait = random.Next(20, 700);
            _meanwhile = async () =>
            {
                await Task.Delay(wait);
                await fault();
            };
            try
            {
                await run();
                output.WriteLine($"got through {wait} ms");
                return true;
            }
            catch (BackupSqlException failure)
            {
                output.WriteLine($"after {wait} ms: {failure.SqlState} {failure.Message} {failure.Detail}");
                Assert.True(failure.SqlState != SqlStates.InternalError, failure.ToString());
                return false;
            }
            finally
            {
                _meanwhile = null;
            }
        }

        private async Task RunAsync(string statement)
        {
            var running = Session.ExecuteAsync(statement);
            if (_meanwhile is not null)
                await _meanwhile();
            await running;
        }

        /// <summary>Breaks every connection of the engine.</summary>
        public Task ResetAsync() => Test.QueryAsync(
            "postgres", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'backup.sql'");

        public async Task CrashAsync()
        {
            await Test.KillAsync();
            await Test.RestartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_isTracked)
                await Session.ExecuteAsync($"ALTER DATABASE {Name} CONFIGURE ZONE DISCARD");
            await _host.DisposeAsync();
        }
    }
}
