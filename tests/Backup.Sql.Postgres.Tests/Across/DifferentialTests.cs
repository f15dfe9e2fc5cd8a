using System.Text.Json;
using System.Text.RegularExpressions;
using Backup.Sql.Engines;
using Backup.Sql.TestKit;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests.Across;

/// <summary>
/// One random workload on SQLite and on PostgreSQL: what one engine restores of the other's backup is what it has
/// itself, at every layer, and after the first crossing nothing changes any more.
/// </summary>
public sealed partial class DifferentialTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Both_engines_hold_the_same_after_every_layer(int seed)
    {
        if (!TestServer.IsInstalled(output))
            return;
        output.WriteLine($"seed {seed}");
        await using var three = await ThreeEngines.OpenAsync();
        await three.MakePostgresAsync("pg");
        var workload = new TwinWorkload(seed);
        for (var layer = 0; layer < 3; layer++)
        {
            var (sqlite, postgres) = workload.Step();
            three.RunSqlite("lite", ["BEGIN", .. sqlite, "COMMIT"]);
            await three.Server.RunSqlAsync("pg", ["BEGIN", .. postgres, "COMMIT"]);
            var into = layer == 0 ? "" : "LATEST IN ";
            await three.RunAsync($"BACKUP DATABASE lite INTO {into}'mem://lite'");
            await three.RunAsync($"BACKUP DATABASE pg INTO {into}'mem://pg'");

            await RestoreAsync(three, "lite", "pg", $"lite_pg{layer}");
            await RestoreAsync(three, "pg", "sqlite", $"pg_lite{layer}");

            Assert.Equal(await DumpAsync(three.Postgres, "pg"), await DumpAsync(three.Postgres, $"lite_pg{layer}"));
            Assert.Equal(await DumpAsync(three.Sqlite, "lite"), await DumpAsync(three.Sqlite, $"pg_lite{layer}"));
        }

        await CheckFixedPointAsync(three, "lite_pg2", "sqlite", "pg");
        await CheckFixedPointAsync(three, "pg_lite2", "pg", "sqlite");
        await CheckFixedPointAsync(three, "pg_lite2", "memory", "sqlite");
        await CheckFixedPointAsync(three, "lite_pg2", "memory", "pg");
    }

    private static async Task RestoreAsync(ThreeEngines three, string collection, string engine, string name) =>
        await three.RunAsync($"RESTORE DATABASE {collection} FROM LATEST IN 'mem://{collection}' WITH engine = '{engine}', new_db_name = '{name}'");

    /// <summary>Carries a database into another engine and back; its rows keep their fingerprints.</summary>
    private static async Task CheckFixedPointAsync(ThreeEngines three, string database, string there, string back)
    {
        var (away, again) = ($"{database}_{there}", $"{database}_{there}_{back}");
        await three.CarryAsync(database, there, away);
        await three.CarryAsync(away, back, again);
        Assert.Equal(await FingerprintsAsync(three, database), await FingerprintsAsync(three, again));
    }

    /// <summary>Rows and sum of every table, out of the manifest of a backup of the tables.</summary>
    private static async Task<List<string>> FingerprintsAsync(ThreeEngines three, string database)
    {
        var collection = $"mem://tables-of-{database}-{Guid.NewGuid():n}";
        await three.RunAsync($"BACKUP TABLE {database}.* INTO '{collection}'");
        var shown = await three.Session.ExecuteAsync($"SHOW BACKUP LATEST IN '{collection}' WITH as_json");
        var found = new List<string>();
        await foreach (var row in shown.Rows)
        {
            using var manifest = JsonDocument.Parse((string)row[^1]!);
            Collect(manifest.RootElement, found);
        }

        Assert.NotEmpty(found);
        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static void Collect(JsonElement element, List<string> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item, found);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.Name == "fingerprint")
                    found.Add(property.Value.ToString());
                else
                    Collect(property.Value, found);
            }
        }
    }

    /// <summary>The logical dump: columns, keys and foreign keys of every table, and its rows in no order.</summary>
    private static async Task<string> DumpAsync(IDatabaseEngine engine, string database)
    {
        var contents = await EngineContents.ReadAsync(engine, database);
        var text = new List<string>();
        foreach (var (name, rows) in contents.Tables.OrderBy(table => table.Key, StringComparer.Ordinal))
        {
            var definition = contents.Objects["table " + name].Split('\n');
            text.Add(name);
            text.AddRange(definition.Where(line => Compared().IsMatch(line))
                .Select(line => Details().Replace(line, "")).Order(StringComparer.Ordinal));
            text.AddRange(rows.ToLines().Order(StringComparer.Ordinal));
        }

        return string.Join('\n', text);
    }

    [GeneratedRegex("^(column|primary key|index|foreign key)")]
    private static partial Regex Compared();

    /// <summary>What the engines call their types and constraints, and how their texts spell an index.</summary>
    [GeneratedRegex(" (CREATE .*|INT(EGER)?|BIGINT)(?= null=|$)|(?<=foreign key: )\\S+ ")]
    private static partial Regex Details();
}
