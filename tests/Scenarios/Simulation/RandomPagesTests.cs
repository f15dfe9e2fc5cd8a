using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Databases that grow, shrink, are vacuumed and change their page size between layers come back byte for byte.</summary>
public sealed class RandomPagesTests
{
    private const int Layers = 9;

    [Fact]
    public Task Every_layer_of_a_database_of_changing_shape_equals_it_byte_for_byte() => Seeds.RunAsync(6, async seed =>
    {
        var random = new Random(seed);
        await using var bench = new Bench();
        var path = bench.Sqlite.PathOf("shape");
        SqliteConnection.Run(path, $"""
            PRAGMA page_size = {PageSize(random)};
            PRAGMA auto_vacuum = {random.Next(3)};
            PRAGMA encoding = '{(random.Next(2) == 0 ? "UTF-8" : "UTF-16le")}';
            PRAGMA journal_mode = {(random.Next(3) == 0 ? "DELETE" : "WAL")};
            CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB);
            CREATE INDEX t_length ON t (length(b)) WHERE id % 3 = 0;
            """);
        var states = new List<byte[]>();
        for (var layer = 0; layer < Layers; layer++)
        {
            if (layer > 0)
                SqliteConnection.Run(path, Change(random));
            states.Add(SqliteDump.Pages(path));
            await bench.RunAsync($"BACKUP DATABASE shape INTO {(layer == 0 ? "" : "LATEST IN ")}'mem://depot'");
            bench.Advance(TimeSpan.FromSeconds(random.Next(3)));
        }

        var chain = (await Simulation.Layers.ListChainsAsync(bench, "mem://depot")).Single();
        var ends = await Simulation.Layers.ListEndsAsync(bench, "mem://depot", chain);
        Assert.Equal(Layers, ends.Count);
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"layer{layer}";
            await bench.RunAsync(
                $"RESTORE DATABASE shape FROM LATEST IN 'mem://depot' AS OF SYSTEM TIME '{ends[layer]}' WITH new_db_name = '{name}'");
            Assert.True(
                states[layer].AsSpan().SequenceEqual(File.ReadAllBytes(bench.Sqlite.PathOf(name))), $"Layer {layer} differs.");
        }

        var validation = await bench.RunAsync("SHOW BACKUP VALIDATE FROM LATEST IN 'mem://depot'");
        Assert.Equal("No problems found!", validation.Value<string>("validation_status"));
    });

    private static int PageSize(Random random) => 512 << random.Next(8);

    private static string Change(Random random) => random.Next(7) switch
    {
        0 => "DELETE FROM t WHERE id % 2 = 0",
        1 => "DELETE FROM t",
        2 => "VACUUM",
        3 => $"PRAGMA journal_mode = DELETE; PRAGMA page_size = {PageSize(random)}; VACUUM; PRAGMA journal_mode = WAL",
        4 => "PRAGMA incremental_vacuum; UPDATE t SET b = randomblob(100) WHERE id % 7 = 0",
        _ => $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {random.Next(1, 60)})
            INSERT INTO t (b) SELECT randomblob({random.Next(1, 8000)}) FROM n
            """,
    };
}
