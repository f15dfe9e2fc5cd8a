using System.Globalization;
using Backup.Sql.Engines;
using Backup.Sql.Sessions;
using Backup.Sql.Storage;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>
/// A database with every feature through its life: it grows, is turned over, is backed up at each turn, and every moment
/// comes back the same by pg_dump, definitions and rows.
/// </summary>
public sealed class WholeLifeTests(ITestOutputHelper output)
{
    /// <summary>Tables without a key and unlogged ones have no past: docs/postgres.md, what has a past.</summary>
    private static readonly string[] WithoutPast =
    [
        "app.log", "app.booking", "app.cache", "app.scratch", "app.employee", "app.grandchild", "app.child_ab", "app.parent_b",
        "\"Odd \"\" Name\".\"Odd \"\" Table\"", "later.empty",
    ];

    /// <summary>Tables one by one, what others refer to first; together where they refer to each other, or inherit.</summary>
    private static readonly string[][] Alone =
    [
        ["app.log", "app.codes"], ["app.film"], ["app.guest"], ["app.stay"], ["app.hit"], ["app.hit_referrer"], ["app.payment"],
        ["app.till"], ["app.cache"], ["app.rated_film"], ["app.booking"], ["app.scratch"],
        ["app.store", "app.staff", "app.store_store_id_seq", "app.staff_staff_id_seq"],
        ["app.parent_a", "app.parent_b", "app.child_ab", "app.grandchild"], ["app.person", "app.employee"],
    ];

    [Fact]
    public async Task Every_layer_gives_the_database_back_as_it_was()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var life = await Life.StartAsync("life");
        var moments = new List<(string End, string Dump)>();
        await life.BackUpAsync("INTO 'mem://life'", moments);
        await life.RunAsync([.. SampleLife.Rows(1), .. SampleLife.KeylessRows(1)]);
        await life.BackUpAsync("INTO LATEST IN 'mem://life'", moments);
        await life.RunAsync([.. SampleLife.Growth, .. SampleLife.Rows(2), .. SampleLife.KeylessRows(2)]);
        await life.BackUpAsync("INTO LATEST IN 'mem://life'", moments);
        await life.RunAsync([.. SampleLife.Turn]);
        await life.BackUpAsync("INTO LATEST IN 'mem://life'", moments);

        foreach (var (end, dump) in moments.AsEnumerable().Reverse())
        {
            await life.CompareAsync("mem://life", end, dump);
        }
    }

    [Fact]
    public async Task Any_moment_of_a_tracked_database_comes_back()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var life = await Life.StartAsync("tracked");
        await life.RunAsync(
            ["ALTER SEQUENCE app.codes OWNED BY NONE", .. WithoutPast.Select(table => $"DROP TABLE IF EXISTS {table} CASCADE")]);
        await life.TrackAsync();
        await life.Session.ExecuteAsync($"BACKUP DATABASE {life.Name} INTO 'mem://tracked' WITH revision_history");
        var moments = new List<(string Time, string Dump)>();
        for (var round = 1; round < 4; round++)
        {
            await life.RunAsync([.. Past(SampleLife.Rows(round))]);
            moments.Add((await life.NowAsync(), await life.DumpAsync(life.Name)));
            await life.RunAsync([.. Past(SampleLife.Rows(round + 3))]);
            var layer = await life.Session.ExecuteAsync(
                $"BACKUP DATABASE {life.Name} INTO LATEST IN 'mem://tracked' WITH revision_history");
            if (round != 2)
            {
                Assert.Empty(layer.Notices);
                continue;
            }

            // Definitions of a time are those of the last mark before it: the layer that follows is the mark.
            await life.RunAsync([.. Past(SampleLife.Growth)]);
            layer = await life.Session.ExecuteAsync(
                $"BACKUP DATABASE {life.Name} INTO LATEST IN 'mem://tracked' WITH revision_history");
            Assert.Contains(layer.Notices, notice => notice.Contains("app.payment is backed up in full", StringComparison.Ordinal));
        }

        foreach (var (time, dump) in moments)
            await life.CompareAsync("mem://tracked", time, dump, OfTheTime);
    }

    [Fact]
    public async Task Every_table_comes_back_alone()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var life = await Life.StartAsync("alone");
        await life.Session.ExecuteAsync($"BACKUP DATABASE {life.Name} INTO 'mem://alone'");
        await life.Test.RunSqlAsync("postgres", $"CREATE DATABASE {life.Copy} TEMPLATE {life.Name}");
        foreach (var tables in Alone)
        {
            // Sequences go with the tables that own them.
            var dropped = tables.Where(table => table != "app.codes" && !table.EndsWith("_seq", StringComparison.Ordinal));
            await life.Test.RunSqlAsync(life.Copy, $"DROP TABLE {string.Join(", ", dropped)} CASCADE");
            var result = await life.Session.ExecuteAsync(
                $"RESTORE TABLE {string.Join(", ", tables.Select(table => $"{life.Name}.{table}"))} FROM LATEST IN 'mem://alone' "
                + $"WITH into_db = '{life.Copy}'");
            Assert.Empty(result.Notices);
        }

        // Partitions are tables of their own; tables come in another order, as they depend on each other no more.
        string[] these = [.. Alone.SelectMany(tables => tables).Select(table => $"--table={table}"),
            "--table=app.hit_[01]", "--table=app.payment_*"];
        Life.AssertSame(
            await Dump.WholeAsync(life.Test, life.Name, these), await Dump.WholeAsync(life.Test, life.Copy, these),
            "tables");
    }

    private static IEnumerable<string> Past(IEnumerable<string> statements) => statements.Where(statement =>
        !WithoutPast.Any(table => statement.Contains(table, StringComparison.Ordinal)));

    /// <summary>
    /// Of a dump what a time can give back. Sequences know no transactions: they are as they were at the end of the
    /// layer. And tracking has its own replica identity on tables, which no backup carries.
    /// </summary>
    private static string OfTheTime(string dump) => string.Join('\n', dump.Split('\n').Where(line => line.Length > 0
        && !line.StartsWith("SELECT pg_catalog.setval(", StringComparison.Ordinal)
        && !line.EndsWith(" REPLICA IDENTITY FULL;", StringComparison.Ordinal)));

    /// <summary>A database, and a name for what comes back.</summary>
    private sealed class Life : IAsyncDisposable
    {
        private readonly BackupHost _host;
        private readonly PostgresEngine _engine;

        private Life(TestServer test, string name)
        {
            (Test, Name) = (test, name);
            _engine = PostgresEngine.Open(new PostgresEngineOptions
            {
                ConnectionString = test.ConnectionString,
                Databases = new[] { Name, Copy }.ToDictionary(database => database),
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

        public string Copy => $"{Name}_back";

        public BackupSession Session { get; }

        public static async Task<Life> StartAsync(string hint)
        {
            var test = await TestServer.GetAsync();
            await test.RunSqlAsync("postgres", SampleSchema.Roles);
            var name = await test.CreateDatabaseAsync(
                hint, [.. SampleSchema.Statements, .. SampleSchema.Rows, .. SampleLife.More, .. SampleLife.MoreRows]);
            return new Life(test, name);
        }

        /// <summary>Has the changes of the database tracked.</summary>
        public Task TrackAsync() => Session.ExecuteAsync($"ALTER DATABASE {Name} CONFIGURE ZONE USING gc.ttlseconds = 3600");

        public Task RunAsync(params string[] statements) => Test.RunSqlAsync(Name, statements);

        /// <summary>Backs up, and remembers the end of the layer with what there was.</summary>
        public async Task BackUpAsync(string into, List<(string End, string Dump)> moments, string options = "")
        {
            var result = await Session.ExecuteAsync($"BACKUP DATABASE {Name} {into}{options}");
            Assert.Empty(result.Notices);
            moments.Add((await EndAsync(into[into.IndexOf('\'')..]), await DumpAsync(Name)));
        }

        private async Task<string> EndAsync(string collection)
        {
            var shown = await Session.ExecuteAsync($"SHOW BACKUP LATEST IN {collection}");
            var column = shown.Columns.Select(found => found.Name).ToList().IndexOf("end_time");
            var ends = await shown.Rows.Select(row => row[column]).OfType<DateTimeOffset>().ToListAsync();
            return ends.Max().ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        }

        public async Task<string> DumpAsync(string database)
        {
            // The schema of the tracking, and its publication.
            string[] without = ["--exclude-schema=backupsql", "--no-publications"];
            return await Dump.SchemaAsync(Test, database, without) + await Dump.RowsAsync(Test, database, without);
        }

        /// <summary>A time after all that has been committed.</summary>
        public async Task<string> NowAsync() => (await _engine.GetCurrentTimeAsync()).ToDateTimeOffset()
            .ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

        public async Task RestoreAsync(string collection, string? time)
        {
            await Test.RunSqlAsync("postgres", $"DROP DATABASE IF EXISTS {Copy} WITH (FORCE)");
            var asOf = time is null ? "" : $" AS OF SYSTEM TIME '{time}'";
            var result = await Session.ExecuteAsync(
                $"RESTORE DATABASE {Name} FROM LATEST IN '{collection}'{asOf} WITH new_db_name = '{Copy}'");
            Assert.Empty(result.Notices);
        }

        /// <summary>Restores a moment, and names the lines in which the dumps differ.</summary>
        public async Task CompareAsync(string collection, string? time, string dump, Func<string, string>? see = null)
        {
            see ??= text => text;
            await RestoreAsync(collection, time);
            AssertSame(see(dump), see(await DumpAsync(Copy)), $"at {time}");
        }

        public static void AssertSame(string wanted, string got, string what)
        {
            var (was, now) = (wanted.Split('\n'), got.Split('\n'));
            var different = was.Except(now).Select(line => $"- {line}").Concat(now.Except(was).Select(line => $"+ {line}")).ToList();
            Assert.True(different.Count == 0, $"{what}:\n{string.Join('\n', different)}");
            Assert.Equal(was, now);
        }

        public async ValueTask DisposeAsync()
        {
            // Of slots the server has few.
            await Session.ExecuteAsync($"ALTER DATABASE {Name} CONFIGURE ZONE DISCARD");
            await _host.DisposeAsync();
            await Test.RunSqlAsync("postgres", $"DROP DATABASE IF EXISTS {Copy} WITH (FORCE)");
        }
    }
}
