using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>What a backup has finished stays finished, and what it comes to in the end is right all the same.</summary>
public sealed class ResumeTests
{
    private const string Full = "BACKUP DATABASE shop INTO 'mem://depot'";
    private const string FullTables = "BACKUP TABLE shop.goods, shop.log INTO 'mem://depot'";
    private const string Increment = "BACKUP DATABASE shop INTO LATEST IN 'mem://depot'";

    [Theory]
    [InlineData("memory", Full, false, false)]
    [InlineData("memory", Full, true, true)]
    [InlineData("memory", FullTables, true, false)]
    [InlineData("memory", Increment, true, true)]
    [InlineData("sqlite", Full, false, false)]
    [InlineData("sqlite", Full, true, false)]
    [InlineData("sqlite", Full, true, true)]
    [InlineData("sqlite", FullTables, false, true)]
    [InlineData("sqlite", FullTables, true, false)]
    [InlineData("sqlite", Increment, true, false)]
    [InlineData("sqlite", Increment, true, true)]
    public async Task Finished_files_stay_and_what_changed_since_is_added(string engine, string statement, bool changes, bool crash)
    {
        var gate = new StoreGate();
        await using var bench = Prepare(engine, gate);
        if (statement == Increment)
        {
            await bench.RunAsync(Full);
            bench.Advance(TimeSpan.FromSeconds(1));
            Touch(bench, "other", 300, "goods");

            // All over the database, so that every span has something to write and to note.
            bench.Engine.Execute("shop", "UPDATE log SET note = 'another ' || note; UPDATE goods SET name = 'one more ' || name WHERE id % 2 = 0;");
        }

        // One worker waits at its fifth file, when its first ones are noted; the other one goes on until nothing is left
        // for it.
        gate.Close("data/*-000005");
        var job = (await bench.RunAsync(statement + " WITH detached")).Rows.Value<long>(0, "job_id");
        await gate.ReachedAsync();

        // An increment of so few pages may be one worker's alone: then nothing is finished yet, and nothing to keep.
        var mayHaveNone = engine == "sqlite" && statement == Increment;
        if (!mayHaveNone)
            await NotedAsync(bench, statement == FullTables);
        if (crash)
        {
            await bench.CrashAsync();
            bench.Advance(TimeSpan.FromSeconds(30));
        }
        else
        {
            await bench.RunAsync($"PAUSE JOB {job}");
            await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
        }

        gate.Open();
        var kept = mayHaveNone && await NewestCheckpointAsync(bench) is null ? [] : await CheckpointedAsync(bench);
        Assert.True(mayHaveNone || kept.Count > 0);
        if (changes)
            Touch(bench, "new", 40, "log");
        bench.Advance(TimeSpan.FromSeconds(1));
        if (crash)
            Assert.Equal(job, Assert.Single((await bench.Host.AdoptJobsAsync()).Jobs).JobId);
        else
            await bench.RunAsync($"RESUME JOB {job}");
        var done = (await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}")).Rows;
        Assert.Equal(("succeeded", null), (done.Value<string>(0, "status"), done.Value<string?>(0, "error")));

        // All of it is listed and is what it was; unless the table they belonged to has changed.
        var listed = (await bench.RunAsync("SHOW BACKUP FILES FROM LATEST IN 'mem://depot'")).Rows;
        var names = listed.Rows.Select(row => (string)row[listed.Column("path")]!).ToHashSet();
        if (engine == "memory" || statement != FullTables)
            Assert.Subset(names, kept.Keys.ToHashSet());
        else if (!changes)
            Assert.Contains(kept.Keys, names.Contains); // the table that was finished
        foreach (var name in kept.Keys.Where(names.Contains))
            Assert.Equal(kept[name], await bench.Stores.ReadAsync("depot", name));
        Assert.Equal(
            names.Order(StringComparer.Ordinal),
            (await bench.Stores.ListAsync("depot")).Where(name => name.Contains("/data/", StringComparison.Ordinal)));
        Assert.DoesNotContain(await bench.Stores.ListAsync("depot"), name => name.Contains("progress", StringComparison.Ordinal));
        await CheckAsync(bench, statement);
    }

    [Fact]
    public async Task A_kept_file_that_is_damaged_is_written_anew()
    {
        var gate = new StoreGate();
        await using var bench = Prepare("sqlite", gate);
        gate.Close("data/*-000003");
        var job = (await bench.RunAsync(Full + " WITH detached")).Rows.Value<long>(0, "job_id");
        await gate.ReachedAsync();
        await NotedAsync(bench, false);
        await bench.RunAsync($"PAUSE JOB {job}");
        await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
        gate.Open();
        var kept = await CheckpointedAsync(bench);
        await bench.Stores.DamageAsync("depot", kept.Keys.First());
        await bench.RunAsync($"RESUME JOB {job}");
        Assert.Equal("succeeded", (await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}")).Rows.Value<string>(0, "status"));
        Assert.DoesNotContain(kept.Keys.First(), await bench.Stores.ListAsync("depot"));
        await CheckAsync(bench, Full);
    }

    [Fact]
    public async Task Paused_again_and_again_it_ends_right()
    {
        var gate = new StoreGate();
        await using var bench = Prepare("sqlite", gate);
        await bench.RunAsync(Full);
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Engine.Execute("shop", "UPDATE goods SET name = 'a' || name;");
        gate.Close("data/*-000003");
        var job = (await bench.RunAsync(Increment + " WITH detached")).Rows.Value<long>(0, "job_id");
        for (var round = 1; round <= 4; round++)
        {
            await gate.ReachedAsync();
            await bench.RunAsync($"PAUSE JOB {job}");
            await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}");
            bench.Engine.Execute("shop", $"UPDATE goods SET name = '{round}' || name WHERE id % 5 = {round}; DELETE FROM log WHERE id < {round * 700};");
            bench.Advance(TimeSpan.FromSeconds(1));
            // The files of a later turn are numbered from some hundred thousand on; what is finished is not put again.
            gate.Close(round < 4 ? "data/*00001" : "no such letters");
            await bench.RunAsync($"RESUME JOB {job}");
        }

        gate.Open();
        Assert.Equal("succeeded", (await bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}")).Rows.Value<string>(0, "status"));
        await CheckAsync(bench, Increment);
    }

    private static async Task CheckAsync(Bench bench, string statement)
    {
        var valid = (await bench.RunAsync("SHOW BACKUP VALIDATE FROM LATEST IN 'mem://depot'")).Rows;
        Assert.Equal("No problems found!", valid.Value<string>(0, "validation_status"));
        await CompareAsync(bench, statement, "again");
        bench.Advance(TimeSpan.FromSeconds(1));
        Touch(bench, "last", 7, "goods");
        bench.Advance(TimeSpan.FromSeconds(1));
        var next = statement == FullTables ? FullTables.Replace("INTO", "INTO LATEST IN", StringComparison.Ordinal) : Increment;
        await bench.RunAsync(next);
        await CompareAsync(bench, next, "after");
        Assert.Empty(bench.Leftovers());
    }

    // What a backup holds is the database at its end, which on an engine with time travel is when the job began.
    private static async Task CompareAsync(Bench bench, string statement, string copy)
    {
        if (statement.StartsWith("BACKUP TABLE", StringComparison.Ordinal))
        {
            bench.Engine.Execute(copy, "CREATE TABLE dummy (a INTEGER PRIMARY KEY); DROP TABLE dummy;");
            await bench.RunAsync($"RESTORE TABLE shop.goods, shop.log FROM LATEST IN 'mem://depot' WITH into_db = '{copy}'");
        }
        else
        {
            await bench.RunAsync($"RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = '{copy}'");
        }

        var shown = (await bench.RunAsync("SHOW BACKUP FROM LATEST IN 'mem://depot'")).Rows;
        var end = shown.Rows.Select(row => (DateTimeOffset)row[shown.Column("end_time")]!).Max();
        var expected = bench.Engine is MemoryBenchEngine memory
            ? memory.Dump("shop", HlcTimestamp.FromDateTimeOffset(end))
            : bench.Engine.Dump("shop");
        Assert.Equal(expected, bench.Engine.Dump(copy));
    }

    // Changes rows of one table all over, and some of the other are gone.
    private static void Touch(Bench bench, string word, int rows, string other) => bench.Engine.Execute(
        "shop",
        string.Concat(Enumerable.Range(1, rows).Select(i => $"UPDATE goods SET name = '{word} {i}' WHERE id = {i * 13};"))
        + string.Concat(Enumerable.Range(5000, 20).Select(i => $"DELETE FROM {other} WHERE id = {i + rows};")));

    private static Bench Prepare(string engine, StoreGate gate)
    {
        var bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Wrap = provider => new GateStoreProvider(provider, gate),
            Settings = new BackupSettings
            {
                Workers = 2,
                FileSize = 12 << 10,
                CheckpointInterval = TimeSpan.Zero,
            },
            Clock = new TestKit.Simulation.ManualTimeProvider(),
        });
        var values = string.Join(", ", Enumerable.Range(1, 6000).Select(i => $"({i}, 'number {i * 7919} of many {i * 104729}')"));
        bench.Engine.Execute(
            "shop",
            "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT);"
            + $"INSERT INTO goods VALUES {values}; INSERT INTO log VALUES {values};");
        bench.Advance(TimeSpan.FromSeconds(1));
        return bench;
    }

    // Waits until the other worker has noted what it finished: the job is at work on its own threads.
    private static async Task NotedAsync(Bench bench, bool wholeSpace)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await NewestCheckpointAsync(bench) is not { } newest
            || (wholeSpace && !newest.Checkpoint.Spaces.Any(space => space.IsComplete)))
            await Task.Delay(10, limit.Token);
    }

    private static async Task<(string Directory, LayerCheckpoint Checkpoint)?> NewestCheckpointAsync(Bench bench)
    {
        var name = (await bench.Stores.ListAsync("depot")).LastOrDefault(name => name.Contains("progress/", StringComparison.Ordinal));
        if (name is null)
            return null;
        await using var store = await bench.Stores.OpenAsync("depot");
        // Older ones go while newer ones come.
        return await CheckpointFile.ReadAsync(store, name, null, CancellationToken.None) is { } read
            ? (name[..name.IndexOf("/progress", StringComparison.Ordinal)], read)
            : null;
    }

    /// <summary>The files that the newest checkpoint lists, with their bytes.</summary>
    private static async Task<Dictionary<string, byte[]>> CheckpointedAsync(Bench bench)
    {
        var (directory, checkpoint) = (await NewestCheckpointAsync(bench))!.Value;
        var found = new Dictionary<string, byte[]>();
        foreach (var file in checkpoint.AllFiles())
            found[$"{directory}/{file.Name}"] = await bench.Stores.ReadAsync("depot", $"{directory}/{file.Name}");
        return found;
    }
}
