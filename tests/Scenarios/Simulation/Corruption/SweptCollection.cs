using System.Text;
using System.Text.Json;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Simulation.Corruption;

/// <summary>
/// A collection with a chain of four layers, the last one with history, and another chain beside it. It is damaged
/// object by object and asked what it says to that.
/// </summary>
internal sealed class SweptCollection : IAsyncDisposable
{
    private const string Location = "depot";

    private readonly StoreGate _gate = new();
    private readonly SweepCase _case;
    private readonly Random _letters;
    private readonly List<string> _expected = [];
    private string _path = "";
    private string _other = "";

    private SweptCollection(SweepCase sweep, int seed)
    {
        _case = sweep;
        _letters = new Random(seed);
        Bench = new Bench(new BenchSetup
        {
            Engines = sweep.Engine,
            Store = sweep.Store,
            Remote = sweep.Remote,
            Seed = (ulong)seed,
            Settings = new BackupSettings { Workers = 2, CheckpointBytes = 1 },
            Wrap = provider => new GateStoreProvider(provider, _gate),
        });
    }

    public Bench Bench { get; }

    /// <summary>The objects of both chains as they ought to be.</summary>
    public Dictionary<StoredObject, byte[]> Objects { get; } = [];

    /// <summary>The chain that is swept.</summary>
    public string Path => _path;

    public string Uri => Bench.Stores.Location(Location);

    private string Secret => _case.Encrypted ? ", encryption_passphrase = 'open sesame'" : "";

    private string Targets => _case.Rows ? "TABLE shop.goods, shop.lots" : "DATABASE shop, ledger";

    public static async Task<SweptCollection> MakeAsync(SweepCase sweep, int seed)
    {
        var swept = new SweptCollection(sweep, seed);
        await swept.FillAsync();
        return swept;
    }

    /// <summary>Puts the bytes of a damage in place, or takes them back.</summary>
    public async Task ApplyAsync(Damage damage, bool undo = false)
    {
        await using var store = await Bench.Stores.OpenAsync(Location);
        foreach (var (target, bytes) in damage.Changes)
        {
            await store.DeleteAsync(target.Name);
            if ((undo ? Objects[target] : bytes) is { } content)
                Assert.True(await store.PutIfAbsentAsync(target.Name, content));
        }
    }

    /// <summary>The paths that VALIDATE names; none when it finds nothing wrong.</summary>
    public async Task<IReadOnlyList<string>> ValidateAsync()
    {
        var answer = await Bench.RunAsync($"SHOW BACKUP VALIDATE FROM '{_path}' IN '{Uri}'{With("")}");
        var verdict = (string)answer.Rows.Rows[^1][0]!;
        Assert.Equal(answer.Rows.Rows.Count == 1 ? "No problems found!" : "ERROR: validation failed", verdict);
        return [.. answer.Rows.Rows.SkipLast(1).Select(row => (string)row[1]!)];
    }

    /// <summary>Restores the newest there is.</summary>
    /// <param name="from">The chain, as the statement names it.</param>
    /// <returns>The code that it is refused with; null when it restored what was backed up.</returns>
    public async Task<string?> RestoreAsync(string? from = null)
    {
        var before = Bench.Engine.Databases.ToList();
        try
        {
            await Bench.RunAsync(
                $"RESTORE {Targets} FROM {from ?? $"'{_path}'"} IN '{Uri}'{With(_case.Rows ? "into_db = 'dest'" : "")}");
        }
        catch (BackupSqlException error)
        {
            Assert.NotEqual(SqlStates.InternalError, error.SqlState);
            Assert.Equal(before, Bench.Engine.Databases);
            Assert.True(!_case.Rows || Bench.Engine.Dump("dest") == _expected[^1], "Something of it can be seen.");
            Assert.Empty(Bench.Leftovers());
            return error.SqlState;
        }

        Assert.Equal(_expected[0], Restored());
        DropRestored();
        return null;
    }

    /// <summary>Tries to add to the chain.</summary>
    /// <returns>The code that it is refused with; null when it was taken.</returns>
    public async Task<string?> TryIncrementAsync()
    {
        var before = await Bench.Stores.ListAsync(Location);
        try
        {
            await Bench.RunAsync($"BACKUP {Targets} INTO '{_path}' IN '{Uri}'{With("")}");
            return null;
        }
        catch (BackupSqlException error)
        {
            Assert.NotEqual(SqlStates.InternalError, error.SqlState);
            Assert.Equal(before, await Bench.Stores.ListAsync(Location));
            return error.SqlState;
        }
    }

    /// <summary>Tells whether a rule that drops everything leaves the chain alone because its label says so.</summary>
    public async Task<bool> IsKeptAsync()
    {
        try
        {
            var answer = await Bench.RunAsync($"EXPLAIN DROP BACKUPS IN '{Uri}' OLDER THAN '-1us'");
            return answer.Rows.Rows.Any(row => (string)row[0]! == _path && (string)row[3]! == "label keep-forever=true");
        }
        catch (BackupSqlException error) when (error.Message.Contains("metadata/notes/", StringComparison.Ordinal))
        {
            return true; // A clear error is as good: nothing is dropped.
        }
    }

    /// <summary>Forgets the sources, so that a restore has room; nothing is backed up any more.</summary>
    public void DropSources()
    {
        Bench.Engine.Drop("shop");
        Bench.Engine.Drop("ledger");
        if (!_case.Rows)
            return;
        MakeDestination();
        _expected.Add(Bench.Engine.Dump("dest"));
    }

    /// <summary>Adds what unfinished work leaves, and notes.</summary>
    public async Task AddRemainsAsync()
    {
        await Bench.RunAsync($"ALTER REGISTERED BACKUP '{_case.Name}' SET LABELS = 'a=1'");
        await Bench.RunAsync($"ALTER REGISTERED BACKUP '{_case.Name}' SET LABELS = 'keep-forever=true'");
        await DieAsync("write */BACKUP_MANIFEST", $"BACKUP {Targets} INTO '{_path}' IN '{Uri}'{With("")}");
        await DieAsync("read metadata/latest/", $"DROP BACKUP '{_other}' IN '{Uri}'"); // with its tombstone in place
        await using var store = await Bench.Stores.OpenAsync(Location);
        await store.PutIfAbsentAsync(
            $"incrementals/{_path}/20991231/235959.00-20991231-235958.00/BACKUP_MANIFEST", "BSQLVOID"u8.ToArray());
        foreach (var name in (await Bench.Stores.ListAsync(Location)).Where(name => Objects.Keys.All(o => o.Name != name)))
        {
            if (KindOf(name) is { } kind)
                await AddAsync(new StoredObject(name, kind, name.Contains(_other, StringComparison.Ordinal) ? _other : _path, 0));
        }
    }

    public ValueTask DisposeAsync()
    {
        _gate.Open();
        return Bench.DisposeAsync();
    }

    private static ObjectKind? KindOf(string name) =>
        name.StartsWith("metadata/latest/", StringComparison.Ordinal) ? ObjectKind.Hint
        : name.StartsWith("metadata/next/", StringComparison.Ordinal) ? ObjectKind.Claim
        : name.StartsWith("metadata/notes/", StringComparison.Ordinal) ? ObjectKind.Note
        : name.StartsWith("metadata/dropped/", StringComparison.Ordinal) ? ObjectKind.Tombstone
        : name.Contains("/BACKUP-LOCK-", StringComparison.Ordinal) ? ObjectKind.Lock
        : name.Contains("/progress/", StringComparison.Ordinal) ? ObjectKind.Checkpoint
        : name.EndsWith("/BACKUP_MANIFEST", StringComparison.Ordinal) ? ObjectKind.Void
        : null;

    private string With(string option) => (option + Secret).TrimStart(',', ' ') is { Length: > 0 } all ? " WITH " + all : "";

    private async Task FillAsync()
    {
        Change("shop", "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE lots (id INTEGER PRIMARY KEY, text TEXT);");
        Change("ledger", "CREATE TABLE books (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO books VALUES (1, 'first');");
        Change("shop", $"INSERT INTO goods VALUES (1, 'tea'), (2, 'cup'), (3, 'pot'); INSERT INTO lots VALUES (1, '{Letters(100_000)}');");
        if (_case.Engine == "sqlite")
        {
            await Bench.RunAsync("ALTER DATABASE shop CONFIGURE ZONE USING gc.ttlseconds = 90000");
            await Bench.RunAsync("ALTER DATABASE ledger CONFIGURE ZONE USING gc.ttlseconds = 90000");
        }

        _other = await BackUpAsync("INTO", "", "other");
        await ChangeAllAsync(4);
        await BackUpAsync($"INTO '{_other}' IN", "", "other-1");
        await ChangeAllAsync(5);
        _path = await BackUpAsync("INTO", "", _case.Name);
        await ChangeAllAsync(6);
        await BackUpAsync($"INTO '{_path}' IN", "", "first");
        await ChangeAllAsync(7);
        await BackUpAsync($"INTO '{_path}' IN", "", "second");
        await ChangeAllAsync(8);
        await BackUpAsync($"INTO '{_path}' IN", "revision_history", "third");
        _expected.Add(Sources());
        await NoteObjectsAsync(_other);
        await NoteObjectsAsync(_path);
    }

    private async Task<string> BackUpAsync(string into, string option, string name)
    {
        var known = await Layers.ListChainsAsync(Bench, Uri);
        var options = option.Length == 0 ? $"name = '{name}'" : $"{option}, name = '{name}'";
        await Bench.RunAsync($"BACKUP {Targets} {into} '{Uri}'{With(options)}");
        Bench.Advance(TimeSpan.FromSeconds(1));
        return (await Layers.ListChainsAsync(Bench, Uri)).Except(known).SingleOrDefault() ?? "";
    }

    // Every table changes in every layer; ids are never used again, and some row goes.
    private async Task ChangeAllAsync(int id)
    {
        Change("shop", $"INSERT INTO goods VALUES ({id}, '{Letters(20)}'); DELETE FROM goods WHERE id = {id - 3}; INSERT INTO lots VALUES ({id}, '{Letters(200)}');");
        Change("ledger", $"INSERT INTO books VALUES ({id}, '{Letters(30)}');");
        await Bench.Engine.MarkAsync();
        Bench.Advance(TimeSpan.FromSeconds(1));
    }

    private void Change(string database, string sql) => Bench.Engine.Execute(database, sql);

    private string Letters(int count)
    {
        const string Known = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        var text = new StringBuilder(count);
        for (var i = 0; i < count; i++)
            text.Append(Known[_letters.Next(Known.Length)]);
        return text.ToString();
    }

    private string Sources() => _case.Rows
        ? Rows("shop")
        : Bench.Engine.Dump("shop") + Bench.Engine.Dump("ledger");

    private string Restored() => _case.Rows ? Rows("dest") : Sources();

    private string Rows(string database) => string.Join('\n', new[] { "goods", "lots" }.SelectMany(
        table => Bench.Engine.Query(database, $"SELECT * FROM {table}").Rows.Select(row => string.Join('|', row))));

    private void DropRestored()
    {
        if (_case.Rows)
        {
            Bench.Engine.Drop("dest");
            MakeDestination();
        }
        else
        {
            Bench.Engine.Drop("shop");
            Bench.Engine.Drop("ledger");
        }
    }

    private void MakeDestination() => Change("dest", "CREATE TABLE unrelated (id INTEGER PRIMARY KEY);");

    /// <summary>The manifests say what objects there are.</summary>
    private async Task NoteObjectsAsync(string chain)
    {
        var answer = await Bench.RunAsync($"SHOW BACKUP FROM '{chain}' IN '{Uri}'{With("as_json")}");
        for (var layer = 0; layer < answer.Rows.Rows.Count; layer++)
        {
            using var json = JsonDocument.Parse((string)answer.Rows.Rows[layer][0]!);
            var directory = json.RootElement.GetProperty("directory").GetString()!;
            await AddAsync(new StoredObject($"{directory}/BACKUP_MANIFEST", ObjectKind.Manifest, chain, layer));
            foreach (var space in json.RootElement.GetProperty("spaces").EnumerateArray())
            {
                foreach (var (list, kind) in new[] { ("files", ObjectKind.Data), ("digest_files", ObjectKind.Digest) })
                {
                    foreach (var file in space.GetProperty(list).EnumerateArray())
                        await AddAsync(new StoredObject($"{directory}/{file.GetProperty("name").GetString()}", kind, chain, layer));
                }
            }
        }

        foreach (var name in await Bench.Stores.ListAsync(Location))
        {
            if (name.StartsWith($"{chain}/ENCRYPTION-INFO", StringComparison.Ordinal))
                await AddAsync(new StoredObject(name, ObjectKind.Key, chain, 0));
        }
    }

    private async Task AddAsync(StoredObject stored) =>
        Objects.Add(stored, await Bench.Stores.ReadAsync(Location, stored.Name));

    /// <summary>Runs a statement in a process that dies when it comes to a call.</summary>
    private async Task DieAsync(string call, string statement)
    {
        _gate.Close(call);
        var running = Bench.RunAsync(statement);
        await _gate.ReachedAsync();
        await Bench.CrashAsync();
        _gate.Open();
        await Assert.ThrowsAnyAsync<Exception>(() => running);
    }
}
