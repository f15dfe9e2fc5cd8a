using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.State;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Settings;

/// <summary>A provider's rate counts for all jobs of a host together, whenever it was set.</summary>
public sealed class SharedLimitTests
{
    private const int Rate = 256 << 10;

    private readonly ManualTimeProvider _clock = new() { JumpsToTimers = true };

    [Fact]
    public async Task Two_concurrent_backups_share_the_write_rate_of_a_provider()
    {
        await using var bench = await LimitedAsync("write");
        var started = _clock.GetTimestamp();
        await Task.WhenAll(BackUpAsync(bench, "one"), BackUpAsync(bench, "two"));
        var seconds = _clock.GetElapsedTime(started).TotalSeconds;
        // The first second's worth goes at once.
        var expected = (await StoredBytesAsync(bench) - Rate) / (double)Rate;
        Assert.InRange(seconds, expected * 0.9, expected * 1.1);
        Assert.True(expected > 10, $"too little was written to measure: {expected} s");
    }

    [Fact]
    public async Task Two_concurrent_restores_share_the_read_rate_of_a_provider()
    {
        await using var bench = await LimitedAsync("read");
        await BackUpAsync(bench, "one");
        await BackUpAsync(bench, "two");
        var stored = await StoredBytesAsync(bench);
        var started = _clock.GetTimestamp();
        await Task.WhenAll(RestoreAsync(bench, "one"), RestoreAsync(bench, "two"));
        var expected = (stored - Rate) / (double)Rate;
        Assert.InRange(_clock.GetElapsedTime(started).TotalSeconds, expected * 0.9, expected * 1.1);
    }

    [Fact]
    public async Task A_rate_that_changes_meanwhile_counts_for_both()
    {
        await using var bench = await LimitedAsync("write");
        await BackUpAsync(bench, "one");
        var before = await StoredBytesAsync(bench);
        await bench.RunAsync($"SET CLUSTER SETTING cloudstorage.nodelocal.write.node_rate_limit = '{2 * Rate}'");
        var started = _clock.GetTimestamp();
        await BackUpAsync(bench, "two");
        // What the first one has used up of its second is not given anew.
        var expected = (await StoredBytesAsync(bench) - before) / (2.0 * Rate);
        Assert.InRange(_clock.GetElapsedTime(started).TotalSeconds, expected * 0.9, expected * 1.1);
    }

    [Fact]
    public async Task What_another_process_sets_counts_for_the_next_statement()
    {
        var state = new MemoryStateStore();
        await using var here = new Bench(new BenchSetup { Engines = "memory", State = state });
        await using var there = new Bench(new BenchSetup { Engines = "memory", State = state });
        await there.RunAsync("SET CLUSTER SETTING bulkio.backup.file_size = '1MiB'");
        Assert.Equal(128L << 20, here.Host.Settings.Backup.FileSize);
        var shown = await here.RunAsync("SHOW CLUSTER SETTING bulkio.backup.file_size");
        Assert.Equal("1 MiB", shown.Rows.Rows[0][1]);
        Assert.Equal(1L << 20, here.Host.Settings.Backup.FileSize);
    }

    private async Task<Bench> LimitedAsync(string direction)
    {
        var bench = new Bench(new BenchSetup { Engines = "memory", Store = "nodelocal", Clock = _clock });
        foreach (var database in new[] { "one", "two" })
        {
            bench.Memory.Execute(database, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
            for (var row = 0; row < 400; row++)
                bench.Memory.Execute(database, $"INSERT INTO t VALUES ({row}, '{new string((char)('a' + row % 26), 4096)}')");
        }

        await bench.RunAsync("SET CLUSTER SETTING backup.compression = 'none'");
        await bench.RunAsync($"SET CLUSTER SETTING cloudstorage.nodelocal.{direction}.node_rate_limit = '{Rate}'");
        return bench;
    }

    private static async Task BackUpAsync(Bench bench, string database) =>
        await bench.Host.OpenSession().ExecuteAsync(
            $"BACKUP DATABASE {database} INTO '{bench.Stores.Location(database)}'");

    private static async Task RestoreAsync(Bench bench, string database) =>
        await bench.Host.OpenSession().ExecuteAsync(
            $"RESTORE DATABASE {database} FROM LATEST IN '{bench.Stores.Location(database)}' WITH new_db_name = '{database}_copy'");

    private static async Task<long> StoredBytesAsync(Bench bench)
    {
        long bytes = 0;
        foreach (var location in new[] { "one", "two" })
        {
            foreach (var name in await bench.Stores.ListAsync(location))
                bytes += (await bench.Stores.ReadAsync(location, name)).Length;
        }

        return bytes;
    }
}
