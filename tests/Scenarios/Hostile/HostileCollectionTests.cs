using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Scenarios.Simulation;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>
/// Collections in which somebody changed an object and put its checksums right. Every statement on them ends in an error
/// of the library or in what it should do; it ends soon, asks its store for nothing outside the collection, and leaves
/// databases and neighbours alone. BACKUPSQL_FUZZ_ROUNDS lets it run longer, BACKUPSQL_SEED repeats a round.
/// </summary>
public sealed class HostileCollectionTests
{
    private const int MostText = 4000;

    private static readonly string[] Statements =
    [
        "SHOW BACKUPS IN '{c}'",
        "SHOW BACKUP FROM LATEST IN '{c}' WITH check_files",
        "SHOW BACKUP FROM '{p}' IN '{c}' WITH as_json",
        "SHOW BACKUP SCHEMAS FROM '{p}' IN '{c}'",
        "SHOW BACKUP FILES FROM '{p}' IN '{c}'",
        "SHOW BACKUP RANGES FROM '{p}' IN '{c}'",
        "SHOW BACKUP VALIDATE FROM '{p}' IN '{c}'",
        "EXPLAIN RESTORE DATABASE shop FROM '{p}' IN '{c}' WITH new_db_name = 'proof'",
        "RESTORE DATABASE shop FROM '{p}' IN '{c}' WITH new_db_name = 'proof'",
        "RESTORE TABLE shop.till, shop.low FROM '{p}' IN '{c}' WITH into_db = 'other', skip_missing_views",
        "RESTORE SYSTEM USERS FROM '{p}' IN '{c}'",
        "IMPORT BACKUP '{c}#{p}' USING PLUGIN 'collection' FOR DATABASE shop AS 'adopted{n}'",
        "CREATE REPOSITORY r{n} WITH BROKER ON LOCATION '{c}'",
        "SHOW SNAPSHOT ON r{n}",
        "SHOW SNAPSHOT ON r{n} WHERE SNAPSHOT = \"s1\"",
        "BACKUP DATABASE shop INTO '{p}' IN '{c}'",
        "EXPLAIN DROP BACKUPS IN '{c}' OLDER THAN '-1s'",
        "DROP BACKUP '{p}' IN '{c}'",
        "DROP SNAPSHOT s1 ON r{n}",
        "BACKUP DATABASE shop INTO LATEST IN '{c}'",
    ];

    [Theory]
    [InlineData("memory", 60)]
    [InlineData("sqlite", 12)]
    public async Task Whatever_an_object_says_the_answer_is_an_error_or_right(string engine, int usual)
    {
        var nose = default(NosyProvider);
        await using var bench = new Bench(new BenchSetup
        {
            Engines = engine,
            Wrap = provider => provider.Schemes.Contains("mem") ? nose = new NosyProvider(provider) : provider,
        });
        var template = await MakeAsync(bench);
        var rounds = int.TryParse(
            Environment.GetEnvironmentVariable("BACKUPSQL_FUZZ_ROUNDS"), CultureInfo.InvariantCulture, out var given) ? given : usual;
        var refused = 0;
        await Seeds.RunAsync(rounds, async seed => refused += await RoundAsync(bench, nose!, template, seed));
        if (rounds >= usual)
            Assert.InRange(refused, rounds, rounds * Statements.Length);
    }

    private static async Task<SortedDictionary<string, byte[]>> MakeAsync(Bench bench)
    {
        bench.Engine.Execute("shop", """
            CREATE TABLE till (id INTEGER PRIMARY KEY, item TEXT);
            CREATE TABLE orders (id INTEGER PRIMARY KEY, till INTEGER);
            CREATE VIEW low AS SELECT * FROM till;
            INSERT INTO till VALUES (1, 'pen'), (2, 'ink'), (3, 'nib');
            INSERT INTO orders VALUES (7, 1);
            """);
        if (bench.EngineNames[0] == "sqlite")
            bench.Engine.Execute("shop", "CREATE INDEX by_item ON till (item)");
        bench.Engine.Execute("other", "CREATE TABLE kept (id INTEGER PRIMARY KEY); INSERT INTO kept VALUES (1)");
        const string Depot = "mem://template/inner/depot";
        await bench.RunAsync("CREATE REPOSITORY template WITH BROKER ON LOCATION 'mem://template/inner/depot'");
        await bench.RunAsync($"BACKUP INTO '{Depot}'");
        await bench.RunAsync("BACKUP SNAPSHOT shop.s1 TO template");
        await bench.RunAsync("SHOW JOBS WHEN COMPLETE SELECT job_id FROM [SHOW JOBS]");
        await bench.RunAsync($"BACKUP DATABASE shop INTO '{Depot}'");
        bench.Engine.Execute("shop", "UPDATE till SET item = 'paper' WHERE id = 2; DELETE FROM till WHERE id = 3;");
        await bench.RunAsync($"BACKUP DATABASE shop INTO LATEST IN '{Depot}'");
        await bench.RunAsync($"SHOW BACKUP VALIDATE FROM LATEST IN '{Depot}'");
        var objects = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in await bench.Stores.ListAsync("template/inner/depot"))
            objects.Add(name, await bench.Stores.ReadAsync("template/inner/depot", name));

        // What is there only while something is under way, or was broken off.
        var layer = Repacker.Open(objects.First(o => o.Key.EndsWith("BACKUP_MANIFEST", StringComparison.Ordinal)).Value).Body;
        objects.Add("metadata/dropped/00000000000000aa", NoteFile.Write(
            new Tombstone
            {
                Chain = "2001/01/01-000000.00",
                Layers = [new DroppedLayer("2001/01/01-000000.00", new string('a', 32))],
                Time = DateTimeOffset.UnixEpoch,
            },
            CollectionsJsonContext.Default.Tombstone));
        objects.Add($"metadata/next/{(string)layer["layer_id"]!}/{new string('b', 32)}", Encoding.UTF8.GetBytes("2001/01/01-000000.00"));
        Assert.Contains(objects.Keys, name => name.StartsWith("metadata/notes/", StringComparison.Ordinal));
        Assert.Contains(objects.Keys, name => name.StartsWith("metadata/snapshots/", StringComparison.Ordinal));
        return objects;
    }

    private static async Task<int> RoundAsync(
        Bench bench, NosyProvider nose, SortedDictionary<string, byte[]> template, int seed)
    {
        var random = new Random(seed);
        var known = template.Keys.Concat(template.Keys.Select(name => name[..Math.Max(0, name.LastIndexOf('/'))]))
            .Append(new string('a', 32)).ToList();
        var repacker = new Repacker(random, new JsonMutator(random, known));
        var kinds = template.Keys.GroupBy(KindOf).ToList();
        var kind = kinds[random.Next(kinds.Count)].ToList();
        var victim = kind[random.Next(kind.Count)];
        var objects = new Dictionary<string, byte[]>(template) { [victim] = repacker.Change(victim, template[victim]) };
        if (KindOf(victim) == "data" && random.Next(4) != 0)
            Certify(objects, victim);
        var bucket = $"bucket{seed.ToString(CultureInfo.InvariantCulture)}";
        await using (var store = await bench.Stores.OpenAsync($"{bucket}/inner/depot"))
        {
            foreach (var (name, bytes) in objects)
                await store.PutIfAbsentAsync(name, bytes);
        }

        await using var around = await bench.Stores.OpenAsync(bucket);
        await around.PutIfAbsentAsync("outer/prey", "prey"u8.ToArray());
        var fulls = template.Keys.Where(name => KindOf(name) == "manifest" && !name.StartsWith("incrementals/", StringComparison.Ordinal))
            .Select(name => name[..name.LastIndexOf('/')]).ToList();
        var before = bench.Engine.Dump("shop") + bench.Engine.Dump("other");
        var refused = 0;
        foreach (var text in Statements)
        {
            var sql = text.Replace("{c}", $"mem://{bucket}/inner/depot", StringComparison.Ordinal)
                .Replace("{p}", victim.Contains(fulls[^1], StringComparison.Ordinal) ? fulls[^1] : fulls[random.Next(fulls.Count)], StringComparison.Ordinal)
                .Replace("{n}", seed.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            nose.Forget();
            try
            {
                await bench.RunAsync(sql).WaitAsync(TimeSpan.FromMinutes(3));
                Undo(bench, KindOf(victim) == "data");
            }
            catch (BackupSqlException error)
            {
                refused++;
                Judge(error, $"{sql} with {victim}");
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{sql} with {victim}: {error}", error);
            }

            Assert.True(nose.Offences.Count == 0, $"{sql} with {victim}: {string.Join("; ", nose.Offences)}");
            Assert.Equal(before, bench.Engine.Dump("shop") + bench.Engine.Dump("other"));
            Assert.Empty(bench.Leftovers());
        }

        Assert.Equal(
            ["outer/prey"],
            await around.ListAsync(new ListRequest()).Select(entry => entry.Name)
                .Where(name => !name.StartsWith("inner/depot/", StringComparison.Ordinal)).ToListAsync());
        return refused;
    }

    /// <summary>Takes back what a restore that succeeded has made; out of a forged data file it must be the truth.</summary>
    private static void Undo(Bench bench, bool mustBeRight)
    {
        if (bench.Engine.Databases.Contains("proof"))
        {
            if (mustBeRight)
                Assert.Contains("pen", bench.Engine.Dump("proof"), StringComparison.Ordinal);
            bench.Engine.Drop("proof");
        }

        foreach (var name in new[] { "VIEW low", "TABLE till" })
        {
            if (bench.Engine.Dump("other").Contains(name.Split(' ')[1], StringComparison.Ordinal))
                bench.Engine.Execute("other", $"DROP {name}");
        }
    }

    /// <summary>An error that may be told: with code and hint, of a bounded length, and foreseen.</summary>
    internal static void Judge(BackupSqlException error, string where)
    {
        Assert.True(error.SqlState != SqlStates.InternalError, $"{where}: {error}");
        Assert.True(error.Hint is { Length: > 0 }, $"{where}: no hint: {error.Message}");
        foreach (var text in new[] { error.Message, error.Hint, error.Detail ?? "" })
            Assert.True(text.Length < MostText && !text.Contains('\0', StringComparison.Ordinal), $"{where}: {text}");
        Assert.DoesNotContain('\n', error.Message);
    }

    private static string KindOf(string name) => name switch
    {
        _ when name.EndsWith("/BACKUP_MANIFEST", StringComparison.Ordinal) => "manifest",
        _ when name.Contains("/data/", StringComparison.Ordinal) => "data",
        _ when name.StartsWith("metadata/", StringComparison.Ordinal) => name.Split('/')[1],
        _ => "lock",
    };

    // The manifest vouches for the forged file.
    private static void Certify(Dictionary<string, byte[]> objects, string file)
    {
        var directory = file[..file.IndexOf("/data/", StringComparison.Ordinal)];
        var manifest = directory + "/BACKUP_MANIFEST";
        var (envelope, body) = Repacker.Open(objects[manifest]);
        foreach (var entry in body["spaces"]!.AsArray()
            .SelectMany(space => new[] { space!["files"], space["digest_files"] })
            .SelectMany(files => files?.AsArray() ?? []))
        {
            if ($"{directory}/{(string)entry!["name"]!}" != file)
                continue;
            entry["sha256"] = Convert.ToHexStringLower(SHA256.HashData(objects[file]));
            entry["length"] = objects[file].Length;
        }

        objects[manifest] = Repacker.Close(envelope, body.ToJsonString());
    }
}
