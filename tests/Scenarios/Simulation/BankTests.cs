using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Money moves while backups are taken. A backup that saw one half of a transfer has another total; every layer of every
/// chain must restore to a bank that has lost and won nothing.
/// </summary>
public sealed class BankTests
{
    private const int Layers = 6;

    [Theory]
    [InlineData("file")]
    [InlineData("mem")]
    public Task Every_layer_of_a_sqlite_bank_at_work_keeps_its_total(string store) => Seeds.RunAsync(1, async seed =>
    {
        await using var bench = new Bench(new BenchSetup { Store = store, Clock = TimeProvider.System });
        var path = bench.Sqlite.PathOf("bank");
        SqliteBank.Open(path);
        bench.Engine.Execute("safe", "CREATE TABLE empty_one (a INTEGER PRIMARY KEY)");
        var (pages, rows) = (bench.Stores.Location("pages"), bench.Stores.Location("rows"));
        var bank = new SqliteBank(path, seed);
        var ends = new List<string>();
        await using (bank.Work(clerks: 2))
        {
            for (var layer = 0; layer < Layers; layer++)
            {
                await bench.RunAsync($"BACKUP DATABASE bank INTO {(layer == 0 ? "" : "LATEST IN ")}'{pages}'");
                await bench.RunAsync($"BACKUP TABLE bank.accounts, bank.vault INTO {(layer == 0 ? "" : "LATEST IN ")}'{rows}'");
                await bank.RestAsync((layer + 1) * 40);
                if (layer is 1 or 3)
                    SqliteConnection.Run(path, "VACUUM");
            }

            // Restores go on beside the writers just as well.
            await CheckPagesAsync(bench, pages, 0);
        }

        for (var layer = 1; layer < Layers; layer++)
            await CheckPagesAsync(bench, pages, layer);
        for (var layer = 0; layer < Layers; layer++)
            await CheckRowsAsync(bench, rows, layer);

        // At rest the last increment equals the bank, page by page.
        await bench.RunAsync($"BACKUP DATABASE bank INTO LATEST IN '{pages}'");
        await bench.RunAsync($"RESTORE DATABASE bank FROM LATEST IN '{pages}' WITH new_db_name = 'at_rest'");
        Assert.Equal(SqliteDump.Pages(path), SqliteDump.Pages(bench.Sqlite.PathOf("at_rest")));
        Assert.Equal(SqliteDump.Of(path), SqliteDump.Of(bench.Sqlite.PathOf("at_rest")));
    });

    [Fact]
    public Task Every_time_in_the_window_of_a_memory_bank_restores_to_what_it_was() => Seeds.RunAsync(3, async seed =>
    {
        await using var bench = new Bench(new BenchSetup { Engines = "memory" });
        var bank = new MemoryBank(bench, seed);
        await using (bank.Work())
        {
            for (var layer = 0; layer < Layers; layer++)
            {
                var into = layer == 0 ? "" : "LATEST IN ";
                await bench.RunAsync($"BACKUP DATABASE bank INTO {into}'mem://depot' WITH revision_history");
                await bank.RestAsync((layer + 1) * 40);
            }
        }

        var end = (await Simulation.Layers.ListEndsAsync(bench, "mem://depot", (await Simulation.Layers.ListChainsAsync(bench, "mem://depot"))[0]))[^1];
        var random = new Random(seed);
        var covered = bank.Times.Where(time => string.CompareOrdinal(Scripting.Expectation.Show(time.ToDateTimeOffset()), end) < 0).ToList();
        for (var probe = 0; probe < 12; probe++)
        {
            var time = covered[random.Next(covered.Count)];
            await bench.RunAsync($"RESTORE DATABASE bank FROM LATEST IN 'mem://depot' AS OF SYSTEM TIME '{time}' WITH new_db_name = 'proof'");
            Assert.Equal(bench.Memory.Dump("bank", time), bench.Memory.Dump("proof"));
            Assert.Equal(MemoryBank.Total, MemoryBank.Sum(bench.Memory, "proof"));
            bench.Engine.Drop("proof");
        }
    });

    private static async Task CheckPagesAsync(Bench bench, string collection, int layer)
    {
        var chain = (await Simulation.Layers.ListChainsAsync(bench, collection)).Single();
        var end = (await Simulation.Layers.ListEndsAsync(bench, collection, chain))[layer];
        await bench.RunAsync($"RESTORE DATABASE bank FROM LATEST IN '{collection}' AS OF SYSTEM TIME '{end}' WITH new_db_name = 'bank{layer}'");
        var path = bench.Sqlite.PathOf($"bank{layer}");
        Assert.Equal(SqliteBank.Total, SqliteBank.Sum(path));
        Assert.Equal("ok", SqliteDump.IntegrityCheck(path));
    }

    private static async Task CheckRowsAsync(Bench bench, string collection, int layer)
    {
        var chain = (await Simulation.Layers.ListChainsAsync(bench, collection)).Single();
        var end = (await Simulation.Layers.ListEndsAsync(bench, collection, chain))[layer];
        await bench.RunAsync(
            $"RESTORE TABLE bank.accounts, bank.vault FROM LATEST IN '{collection}' AS OF SYSTEM TIME '{end}' WITH into_db = 'safe'");
        Assert.Equal(SqliteBank.Total, SqliteBank.Sum(bench.Sqlite.PathOf("safe")));
        Assert.Equal("ok", SqliteDump.IntegrityCheck(bench.Sqlite.PathOf("safe")));
        bench.Engine.Execute("safe", "DROP TABLE accounts; DROP TABLE vault");
    }
}
