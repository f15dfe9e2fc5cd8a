using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Faults;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Failures that happened to serious systems, one test each, named after where they were reported.</summary>
public sealed class HappenedToOthersTests
{
    private const string Full = "BACKUP DATABASE shop INTO 'mem://depot'";
    private const string Increment = "BACKUP DATABASE shop INTO LATEST IN 'mem://depot'";
    private const string Again = "RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'";

    private readonly FaultScript _script = new();
    private readonly StoreGate _gate = new();

    /// <summary>A write error was swallowed: the backup succeeded incomplete, and so did its restore.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Cockroach_151050_a_write_or_read_that_fails_for_good_fails_the_statement(string engine)
    {
        await using var bench = Open(engine);
        _script.On(StoreOperation.Complete, FaultKind.DiskFull, name: IsData);
        Assert.Equal(SqlStates.DiskFull, (await FailsAsync(bench, Full)).SqlState);
        Assert.Empty(await bench.Stores.ListAsync("depot"));
        await bench.RunAsync(Full);
        _script.On(StoreOperation.Read, FaultKind.AccessDenied, name: IsData);
        Assert.Equal(SqlStates.InsufficientPrivilege, (await FailsAsync(bench, Again)).SqlState);
        Assert.Equal(["shop"], bench.Engine.Databases);
        _script.RequireAllHit();
        await bench.RunAsync(Again);
        RequireEqual(bench);
    }

    /// <summary>An error after the commit deleted a backup that others were built on already.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task ClickHouse_112271_nothing_after_the_commit_undoes_it(string engine)
    {
        await using var bench = Open(engine);
        var (isArmed, isCommitted) = (false, false);
        foreach (var operation in Enum.GetValues<StoreOperation>())
        {
            // From the manifest on the store refuses everything.
            _script.On(operation, FaultKind.AccessDenied, times: int.MaxValue, name: name =>
            {
                var refuses = isCommitted;
                isCommitted |= isArmed && operation == StoreOperation.PutIfAbsent
                    && name.EndsWith("BACKUP_MANIFEST", StringComparison.Ordinal);
                return refuses;
            });
        }

        foreach (var statement in new[] { Full, Increment, Increment })
        {
            Change(bench);
            isArmed = true;
            try
            {
                await bench.RunAsync(statement);
            }
            catch (BackupSqlException)
            {
                // What was committed may be reported as failed; it must not be undone.
            }

            Assert.True(isCommitted);
            (isArmed, isCommitted) = (false, false);
            await bench.ReopenAsync();
            await bench.RunAsync(Again);
            RequireEqual(bench);
        }
    }

    /// <summary>An increment was acknowledged on a base whose data files were gone.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task ClickHouse_112395_no_increment_on_a_base_whose_files_are_gone_or_cut(string engine)
    {
        await using var bench = Open(engine);
        await bench.RunAsync(Full);
        Change(bench);
        await bench.RunAsync(Increment);
        var files = (await bench.Stores.ListAsync("depot")).Where(IsData).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var bytes = await bench.Stores.ReadAsync("depot", file);
            await using var store = await bench.Stores.OpenAsync("depot");
            foreach (var left in new[] { null, bytes[..(bytes.Length / 2)], [] })
            {
                await store.DeleteAsync(file);
                if (left is not null)
                    await store.PutIfAbsentAsync(file, left);
                Change(bench);
                var before = await bench.Stores.ListAsync("depot");
                var refusal = await FailsAsync(bench, Increment);
                Assert.Equal(SqlStates.BrokenChain, refusal.SqlState);
                Assert.Contains(file.Split('/')[^1], refusal.Detail, StringComparison.Ordinal);
                Assert.Equal(before, await bench.Stores.ListAsync("depot"));
                await store.DeleteAsync(file);
                await store.PutIfAbsentAsync(file, bytes);
            }
        }

        await bench.RunAsync(Increment);
        await bench.RunAsync(Again);
        RequireEqual(bench);
    }

    /// <summary>Files were taken for equal by size and checksum although they lay at other places.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task ClickHouse_112403_equal_content_at_different_places_stays_where_it_belongs(string engine)
    {
        await using var bench = Open(engine);
        const string Rows = "INSERT INTO {0} VALUES (1, 'same'), (2, 'same'), (3, 'same');";
        foreach (var database in new[] { "shop", "twin" })
        {
            foreach (var table in new[] { "a", "b" })
                bench.Engine.Execute(database, $"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name TEXT);" + Rows.Replace("{0}", table, StringComparison.Ordinal));
        }

        await bench.RunAsync("BACKUP INTO 'mem://depot'");
        bench.Advance(TimeSpan.FromSeconds(1));

        // What one table had the other has now, and the other way round; a third comes with what was dropped.
        bench.Engine.Execute("shop", "DELETE FROM a WHERE id = 1; INSERT INTO a VALUES (4, 'same'); DROP TABLE b;");
        bench.Engine.Execute("shop", "CREATE TABLE c (id INTEGER PRIMARY KEY, name TEXT);" + Rows.Replace("{0}", "c", StringComparison.Ordinal));
        bench.Engine.Execute("twin", "DELETE FROM b WHERE id = 2;");
        await bench.RunAsync("BACKUP INTO LATEST IN 'mem://depot'");
        foreach (var database in new[] { "shop", "twin" })
        {
            await bench.RunAsync($"RESTORE DATABASE {database} FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'");
            RequireEqual(bench, database);
        }
    }

    /// <summary>Rows that a bulk load wrote while an increment was taken were in no backup.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Cockroach_a63162_increments_around_a_bulk_load_miss_no_row(string engine)
    {
        await using var bench = Open(engine);
        await bench.RunAsync(Full);
        Change(bench);
        _gate.Close("read *data/");
        var load = Task.Run(() => bench.RunAsync("RESTORE TABLE shop.goods AS loaded FROM LATEST IN 'mem://depot'"));
        await _gate.ReachedAsync();
        var during = Task.Run(() => bench.RunAsync("BACKUP DATABASE shop INTO 'mem://other'"));
        await Task.WhenAny(during, Task.Delay(50));
        _gate.Open();
        await load;
        await during;
        Change(bench);
        await bench.RunAsync(Increment);
        await bench.RunAsync(Again);
        Assert.Equal(2, bench.Engine.Query("again", "SELECT * FROM loaded").Rows.Count);
        RequireEqual(bench);
        await bench.RunAsync("BACKUP DATABASE shop INTO LATEST IN 'mem://other'");
        await bench.RunAsync("RESTORE DATABASE shop FROM LATEST IN 'mem://other' WITH new_db_name = 'again'");
        RequireEqual(bench);
    }

    /// <summary>A history that was cut in the middle of a row's versions restored wrong rows.</summary>
    [Fact]
    public async Task Cockroach_a101963_the_versions_of_one_row_may_fill_many_files()
    {
        await using var bench = Open("memory", new BackupSettings { Workers = 2, FileSize = 1 << 10 });
        await bench.RunAsync(Full + " WITH revision_history");
        var times = new List<(string Time, string State)>();
        for (var version = 0; version < 400; version++)
        {
            bench.Engine.Execute("shop", $"UPDATE goods SET name = 'version {version} {version * 7919}' WHERE id = 1;");
            if (version % 2 == 1)
                bench.Engine.Execute("shop", "DELETE FROM goods WHERE id = 1; INSERT INTO goods VALUES (1, 'anew');");
            bench.Advance(TimeSpan.FromMilliseconds(1));
            if (version % 80 == 7)
            {
                var now = bench.Host.Options.TimeProvider.GetUtcNow();
                times.Add(($"{now:yyyy-MM-dd HH:mm:ss.ffffff}", bench.Engine.Dump("shop")));
                bench.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        await bench.RunAsync(Increment + " WITH revision_history");
        foreach (var (time, state) in times)
        {
            await bench.RunAsync($"RESTORE DATABASE shop FROM LATEST IN 'mem://depot' AS OF SYSTEM TIME '{time}' WITH new_db_name = 'again'");
            Assert.Equal(state, bench.Engine.Dump("again"));
            bench.Engine.Drop("again");
        }
    }

    /// <summary>A load that was cancelled left rows that the next increment took along.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Cockroach_a88042_a_cancelled_load_leaves_no_row_for_the_next_increment(string engine)
    {
        await using var bench = Open(engine);
        await bench.RunAsync(Full);
        var before = bench.Engine.DumpAll();
        _gate.Close("read *data/");
        using var cancel = new CancellationTokenSource();
        var load = Task.Run(() => bench.RunAsync("RESTORE TABLE shop.goods AS loaded FROM LATEST IN 'mem://depot'", null, cancel.Token));
        await _gate.ReachedAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => load);
        _gate.Open();
        Assert.Equal(before, bench.Engine.DumpAll());
        Change(bench);
        await bench.RunAsync(Increment);
        await bench.RunAsync(Again);
        RequireEqual(bench);
    }

    /// <summary>Rows beside deleted ones were missing after a restore.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Cockroach_28171_deleted_rows_take_no_neighbours_along(string engine)
    {
        await using var bench = Open(engine, new BackupSettings { Workers = 2, FileSize = 4 << 10 });
        bench.Engine.Execute("shop", "CREATE TABLE many (id INTEGER PRIMARY KEY, name TEXT);");
        var rows = Enumerable.Range(1, 1500).Select(i => $"({i}, 'row {i * 104729}')");
        bench.Engine.Execute("shop", $"INSERT INTO many VALUES {string.Join(", ", rows)};");
        await bench.RunAsync("BACKUP TABLE shop.many INTO 'mem://depot'");
        foreach (var stride in new[] { 2, 3, 50 })
        {
            bench.Advance(TimeSpan.FromSeconds(1));
            bench.Engine.Execute("shop", string.Concat(Enumerable.Range(1, 1500 / stride).Select(i => $"DELETE FROM many WHERE id = {i * stride};")));
            await bench.RunAsync("BACKUP TABLE shop.many INTO LATEST IN 'mem://depot'");
            await bench.RunAsync("RESTORE TABLE shop.many AS again FROM LATEST IN 'mem://depot'");
            Assert.Equal(Rows(bench, "many"), Rows(bench, "again"));
            bench.Engine.Execute("shop", "DROP TABLE again;");
        }
    }

    /// <summary>Retention deleted files that a restore was about to read.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Litestream_224_retention_waits_for_a_restore(string engine)
    {
        await using var bench = Open(engine);
        await bench.RunAsync(Full);
        Change(bench);
        await bench.RunAsync(Increment);
        var state = bench.Engine.Dump("shop");
        var old = (await Layers.ListChainsAsync(bench, "mem://depot")).Single();
        Change(bench);
        await bench.RunAsync(Full);
        _gate.Close("read *data/");
        var restore = Task.Run(() => bench.RunAsync($"RESTORE DATABASE shop FROM '{old}' IN 'mem://depot' WITH new_db_name = 'again'"));
        await _gate.ReachedAsync();
        Assert.Equal(SqlStates.ObjectInUse, (await FailsAsync(bench, $"DROP BACKUP '{old}' IN 'mem://depot'")).SqlState);
        await bench.RunAsync("DROP BACKUPS IN 'mem://depot' KEEP (LAST = 1)");
        _gate.Open();
        await restore;
        Assert.Equal(state, bench.Engine.Dump("again"));
        await bench.RunAsync("DROP BACKUPS IN 'mem://depot' KEEP (LAST = 1)");
        Assert.DoesNotContain(old, await Layers.ListChainsAsync(bench, "mem://depot"));
    }

    /// <summary>
    /// A copy failed silently for files above a size, for 124 days: nobody ever tried a restore, and the alert did not
    /// notice that its figures were missing.
    /// </summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Langwatch_6437_what_was_never_proved_says_so_and_a_proof_finds_what_is_missing(string engine)
    {
        await using var bench = Open(engine);
        await bench.RunAsync(Full + " WITH name = 'nightly'");
        Assert.Null(await VerifiedAsync(bench));
        await bench.RunAsync("SHOW BACKUP VALIDATE FROM LATEST IN 'mem://depot'");
        var proved = Assert.NotNull(await VerifiedAsync(bench));
        bench.Advance(TimeSpan.FromDays(124));
        var largest = (await bench.Stores.ListAsync("depot")).First(IsData);
        var bytes = await bench.Stores.ReadAsync("depot", largest);
        await bench.Stores.DeleteAsync("depot", largest);
        await using (var store = await bench.Stores.OpenAsync("depot"))
            await store.PutIfAbsentAsync(largest, bytes.AsMemory(..^1));
        var findings = (await bench.RunAsync("SHOW BACKUP VALIDATE FROM LATEST IN 'mem://depot'")).Rows;
        Assert.NotEqual("No problems found!", findings.Value<string>(0, "validation_status"));
        Assert.Equal(proved, await VerifiedAsync(bench));
    }

    /// <summary>An increment of the old chain that ended after a new full backup moved what belonged to the new one.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Cockroach_overhang_an_increment_that_ends_after_the_next_full_backup_stays_in_its_chain(string engine)
    {
        await using var bench = Open(engine);
        await bench.RunAsync(Full);
        Change(bench);
        _gate.Close("write *data/");
        var overhang = Task.Run(() => bench.RunAsync(Increment));
        await _gate.ReachedAsync();
        var first = bench.Engine.Dump("shop");
        bench.Advance(TimeSpan.FromSeconds(1));
        var second = Task.Run(() => bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot'"));
        await Task.WhenAny(second, Task.Delay(50));
        _gate.Open();
        await Task.WhenAll(overhang, second);
        var chains = await Layers.ListChainsAsync(bench, "mem://depot");
        Assert.Equal(2, chains.Count);
        foreach (var chain in chains)
        {
            await bench.RunAsync($"RESTORE DATABASE shop FROM '{chain}' IN 'mem://depot' WITH new_db_name = 'again'");
            Assert.Equal(first, bench.Engine.Dump("again"));
            bench.Engine.Drop("again");
        }

        Change(bench);
        await bench.RunAsync(Increment);
        Assert.Equal(2, (await Layers.ListEndsAsync(bench, "mem://depot", chains[1])).Count);
        Assert.Equal(2, (await Layers.ListEndsAsync(bench, "mem://depot", chains[0])).Count);
        await bench.RunAsync(Again);
        RequireEqual(bench);
    }

    /// <summary>A cancelled backup went on trying for minutes and then reported something else.</summary>
    [Fact]
    public async Task ClickHouse_108120_a_cancellation_reaches_a_store_that_is_tried_again_and_again()
    {
        var clock = new ManualTimeProvider(); // pauses between tries never end by themselves
        await using var bench = Open("memory", clock: clock);
        _script.On(StoreOperation.Complete, FaultKind.Throttled, times: 1000, name: IsData);
        using var cancel = new CancellationTokenSource();
        var backup = Task.Run(() => bench.RunAsync(Full, null, cancel.Token));
        while (_script.Unhit.Count > 0)
            await Task.Delay(1);
        await cancel.CancelAsync();
        var end = await Assert.ThrowsAnyAsync<Exception>(() => backup);
        Assert.True(end is OperationCanceledException or BackupSqlException { SqlState: SqlStates.QueryCanceled }, end.ToString());
        Assert.Empty(await bench.Stores.ListAsync("depot"));
    }

    /// <summary>A snapshot of an empty table never came to its end.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task StarRocks_3771_empty_tables_and_databases_are_backed_up_like_others(string engine)
    {
        await using var bench = Open(engine);
        bench.Engine.Execute("hollow", "CREATE TABLE rowless (id INTEGER PRIMARY KEY);");
        bench.Engine.Execute("bare", "CREATE TABLE gone (id INTEGER PRIMARY KEY); DROP TABLE gone;");
        foreach (var database in new[] { "hollow", "bare" })
        {
            await bench.RunAsync($"BACKUP DATABASE {database} INTO 'mem://{database}'");
            bench.Advance(TimeSpan.FromSeconds(1));
            await bench.RunAsync($"BACKUP DATABASE {database} INTO LATEST IN 'mem://{database}'");
            await bench.RunAsync($"RESTORE DATABASE {database} FROM LATEST IN 'mem://{database}' WITH new_db_name = 'again'");
            RequireEqual(bench, database);
        }
    }

    /// <summary>Expiry left no backup that could be restored.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Fdb_operator_119_expiry_keeps_the_newest_backup_that_restores(string engine)
    {
        await using var bench = Open(engine);
        await bench.RunAsync(Full);
        var state = bench.Engine.Dump("shop");
        var sound = (await Layers.ListChainsAsync(bench, "mem://depot")).Single();
        Change(bench);
        await bench.RunAsync(Full);
        var broken = (await Layers.ListChainsAsync(bench, "mem://depot"))[^1];
        await bench.Stores.DeleteAsync(
            "depot", (await bench.Stores.ListAsync("depot")).First(name => name.StartsWith(broken, StringComparison.Ordinal) && IsData(name)));
        bench.Advance(TimeSpan.FromDays(90));
        await bench.RunAsync("DROP BACKUPS IN 'mem://depot' OLDER THAN '-30d'");
        await FailsAsync(bench, $"DROP BACKUP '{sound}' IN 'mem://depot'");
        await bench.RunAsync($"RESTORE DATABASE shop FROM '{sound}' IN 'mem://depot' WITH new_db_name = 'again'");
        Assert.Equal(state, bench.Engine.Dump("again"));
    }

    private static bool IsData(string name) => name.Contains("/data/", StringComparison.Ordinal);

    private static async Task<BackupSqlException> FailsAsync(Bench bench, string statement) =>
        await Assert.ThrowsAsync<BackupSqlException>(() => bench.RunAsync(statement));

    private static async Task<DateTimeOffset?> VerifiedAsync(Bench bench) =>
        (await bench.RunAsync("SHOW REGISTERED BACKUP nightly")).Rows.Value<DateTimeOffset?>(0, "verified");

    private static void Change(Bench bench)
    {
        bench.Advance(TimeSpan.FromSeconds(1));
        var next = bench.Engine.Query("shop", "SELECT * FROM log").Rows.Count + 1;
        bench.Engine.Execute("shop", $"INSERT INTO log VALUES ({next}, 'note {next}');");
        bench.Advance(TimeSpan.FromSeconds(1));
    }

    private static string Rows(Bench bench, string table) =>
        string.Join('\n', bench.Engine.Query("shop", $"SELECT * FROM {table}").Rows.Select(row => string.Join('|', row)));

    private static void RequireEqual(Bench bench, string database = "shop")
    {
        Assert.Equal(bench.Engine.Dump(database), bench.Engine.Dump("again"));
        bench.Engine.Drop("again");
        Assert.Empty(bench.Leftovers());
    }

    private Bench Open(string engine, BackupSettings? settings = null, ManualTimeProvider? clock = null)
    {
        var bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Settings = settings ?? new BackupSettings { Workers = 2 },
            Wrap = provider => new GateStoreProvider(new FaultStoreProvider(provider, _script), _gate),
            Clock = clock ?? new ManualTimeProvider { JumpsToTimers = true },
        });
        bench.Engine.Execute(
            "shop",
            "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO goods VALUES (1, 'tea'), (2, 'cup');"
            + "CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT);");
        bench.Advance(TimeSpan.FromSeconds(1));
        return bench;
    }
}
