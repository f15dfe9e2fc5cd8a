using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Scenarios.Simulation;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>
/// Encrypted collections in which somebody without the key changed an object and put the checksums right that need none:
/// key objects, envelopes, sealed bodies, blocks. As <see cref="HostileCollectionTests"/>, and what restores is exact.
/// </summary>
public sealed class HostileKeysTests
{
    private const string Key = "encryption_passphrase = 'pw'";

    private static readonly string[] Statements =
    [
        $"SHOW BACKUP FROM '{{p}}' IN '{{c}}' WITH check_files, {Key}",
        $"SHOW BACKUP VALIDATE FROM '{{p}}' IN '{{c}}' WITH {Key}",
        $"RESTORE DATABASE shop FROM '{{p}}' IN '{{c}}' WITH new_db_name = 'proof', {Key}",
        $"BACKUP DATABASE shop INTO '{{p}}' IN '{{c}}' WITH {Key}",
        "ALTER BACKUP '{p}' IN '{c}' ADD NEW_PASSPHRASE = 'three' WITH OLD_PASSPHRASE = 'pw'",
        "ALTER BACKUP '{p}' IN '{c}' DROP PASSPHRASE = 'two'",
        "DROP BACKUPS IN '{c}' OLDER THAN '2001-01-01'",
    ];

    [Fact]
    public async Task Whatever_is_changed_without_the_key_the_answer_is_an_error_or_right()
    {
        var nose = default(NosyProvider);
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Wrap = provider => provider.Schemes.Contains("mem") ? nose = new NosyProvider(provider) : provider,
        });
        var template = await MakeAsync(bench);
        var rounds = int.TryParse(
            Environment.GetEnvironmentVariable("BACKUPSQL_FUZZ_ROUNDS"), CultureInfo.InvariantCulture, out var given) ? given : 80;
        var refused = 0;
        await Seeds.RunAsync(rounds, async seed => refused += await RoundAsync(bench, nose!, template, seed));
        if (rounds >= 80)
            Assert.InRange(refused, rounds, rounds * Statements.Length);
    }

    [Fact]
    public async Task A_passphrase_is_not_stretched_without_end()
    {
        await using var bench = new Bench(new BenchSetup { Engines = "memory" });
        var template = await MakeAsync(bench);
        var (name, bytes) = template.Last(pair => pair.Key.Contains("ENCRYPTION-INFO", StringComparison.Ordinal));
        var keys = JsonNode.Parse(bytes.AsSpan(65))!;
        var slots = new JsonArray();
        for (var slot = 0; slot < KeyObjects.MaxSlots; slot++)
        {
            var more = keys["slots"]![0]!.DeepClone();
            more["iterations"] = PassphraseSlots.MostIterations;
            more["wrapped"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(60));
            slots.Add(more);
        }

        keys["slots"] = slots;
        var objects = template.Where(pair => !pair.Key.Contains("ENCRYPTION-INFO", StringComparison.Ordinal)).ToDictionary();
        objects[name] = NoteOf(keys);
        await PutAsync(bench, "slow", objects);
        var directory = name[..name.LastIndexOf('/')];
        var refused = await Assert.ThrowsAsync<BackupSqlException>(
            () => bench.RunAsync($"SHOW BACKUP FROM '{directory}' IN 'mem://slow' WITH encryption_passphrase = 'pw'"));
        Assert.Equal(SqlStates.DataCorrupted, refused.SqlState);
        Assert.Contains("iterations", refused.Detail, StringComparison.Ordinal);
    }

    private static async Task<SortedDictionary<string, byte[]>> MakeAsync(Bench bench)
    {
        bench.Engine.Execute("shop", """
            CREATE TABLE till (id INTEGER PRIMARY KEY, item TEXT);
            INSERT INTO till VALUES (1, 'pen'), (2, 'ink'), (3, 'nib');
            """);
        await bench.RunAsync($"BACKUP DATABASE shop INTO 'mem://template' WITH {Key}");
        bench.Engine.Execute("shop", "UPDATE till SET item = 'paper' WHERE id = 2;");
        await bench.RunAsync($"BACKUP DATABASE shop INTO LATEST IN 'mem://template' WITH {Key}");
        await bench.RunAsync("ALTER BACKUP LATEST IN 'mem://template' ADD NEW_PASSPHRASE = 'two' WITH OLD_PASSPHRASE = 'pw'");
        var objects = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in await bench.Stores.ListAsync("template"))
            objects.Add(name, await bench.Stores.ReadAsync("template", name));
        return objects;
    }

    private static async Task PutAsync(Bench bench, string bucket, Dictionary<string, byte[]> objects)
    {
        await using var store = await bench.Stores.OpenAsync(bucket);
        foreach (var (name, bytes) in objects)
            await store.PutIfAbsentAsync(name, bytes);
    }

    private static async Task<int> RoundAsync(
        Bench bench, NosyProvider nose, SortedDictionary<string, byte[]> template, int seed)
    {
        var random = new Random(seed);
        var repacker = new Repacker(random, new JsonMutator(random, [.. template.Keys, new string('a', 32)])) { BlocksStart = 80 };
        var kinds = template.Keys.GroupBy(name => name switch
        {
            _ when name.Contains("ENCRYPTION-INFO", StringComparison.Ordinal) => "keys",
            _ when name.EndsWith("BACKUP_MANIFEST", StringComparison.Ordinal) => "manifest",
            _ => name.Contains("/data/", StringComparison.Ordinal) ? "data" : "other",
        }).Where(kind => kind.Key != "other").ToList();
        var kind = kinds[random.Next(kinds.Count)].ToList();
        var victim = kind[random.Next(kind.Count)];
        var objects = new Dictionary<string, byte[]>(template) { [victim] = repacker.Change(victim, template[victim]) };
        var bucket = $"keys{seed.ToString(CultureInfo.InvariantCulture)}";
        await PutAsync(bench, bucket, objects);
        var path = template.Keys.First(name => name.Contains("ENCRYPTION-INFO", StringComparison.Ordinal));
        var before = bench.Engine.Dump("shop");
        var refused = 0;
        foreach (var text in Statements)
        {
            var sql = text.Replace("{c}", $"mem://{bucket}", StringComparison.Ordinal)
                .Replace("{p}", path[..path.LastIndexOf('/')], StringComparison.Ordinal);
            nose.Forget();
            try
            {
                await bench.RunAsync(sql).WaitAsync(TimeSpan.FromMinutes(3));
                if (bench.Engine.Databases.Contains("proof"))
                    Assert.Equal(before, bench.Engine.Dump("proof"));
            }
            catch (BackupSqlException error)
            {
                refused++;
                HostileCollectionTests.Judge(error, $"{sql} with {victim}");
            }

            if (bench.Engine.Databases.Contains("proof"))
                bench.Engine.Drop("proof");
            Assert.True(nose.Offences.Count == 0, $"{sql} with {victim}: {string.Join("; ", nose.Offences)}");
            Assert.Equal(before, bench.Engine.Dump("shop"));
            Assert.Empty(bench.Leftovers());
        }

        return refused;
    }

    private static byte[] NoteOf(JsonNode json)
    {
        var text = Encoding.UTF8.GetBytes(json.ToJsonString());
        return [.. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(text))), (byte)'\n', .. text];
    }
}
