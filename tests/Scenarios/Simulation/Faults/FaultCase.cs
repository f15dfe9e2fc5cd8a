using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// A statement that meets faults, in a world of its own: what it needs before, and what must hold after.
/// </summary>
internal abstract class FaultCase : IAsyncDisposable
{
    private int _next;

    protected FaultCase(FaultWorld world)
    {
        World = world;
        Bench = new Bench(new BenchSetup
        {
            Engines = world.Engine,
            Store = world.Store,
            Remote = world.Remote,
            Settings = new BackupSettings { Workers = 1, CheckpointInterval = TimeSpan.Zero },
            Wrap = provider => new FaultStoreProvider(provider, Script),
            Vault = new MemorySecretVault(),
        });
        Script.OnCrash = () => Bench.Lifeline.Cut();
        Collection = Bench.Stores.Location("depot");
    }

    public FaultScript Script { get; } = new();

    public Bench Bench { get; }

    protected FaultWorld World { get; }

    protected string Collection { get; }

    /// <summary>What the database was after each of its changes.</summary>
    protected List<string> States { get; } = [];

    /// <summary>Whether kept files can be told: checkpoints of encrypted backups are sealed.</summary>
    private bool CheckpointsAreReadable => World.Key is null;

    public abstract Task PrepareAsync();

    /// <summary>Runs the statement to its end.</summary>
    public abstract Task ActAsync();

    /// <summary>Checks everything that a process started afterwards can see.</summary>
    /// <param name="done">Whether the statement was acknowledged, or its job was brought to its end.</param>
    /// <param name="kind">What went wrong.</param>
    public abstract Task CheckAsync(bool done, FaultKind kind);

    /// <summary>Runs the statement; false if it failed.</summary>
    public async Task<bool> TryAsync()
    {
        try
        {
            await ActAsync();
            return true;
        }
        catch (BackupSqlException failure)
        {
            // Any clean failure will do; one that the library did not foresee will not. The dead are not asked.
            if (!Script.HasCrashed)
                Assert.NotEqual(SqlStates.InternalError, failure.SqlState);
            return false;
        }
    }

    /// <summary>Lets the present process take over what the dead one has left.</summary>
    /// <returns>False if there was no job.</returns>
    public async Task<bool> AdoptAsync()
    {
        Bench.Advance(TimeSpan.FromMinutes(1));
        var adopted = (await Bench.Host.AdoptJobsAsync()).Jobs;
        foreach (var job in adopted)
        {
            var ended = (await Bench.RunAsync($"SHOW JOB WHEN COMPLETE {job.JobId}")).Rows;
            Assert.Equal(("succeeded", null), (ended.Value<string>(0, "status"), ended.Value<string?>(0, "error")));
        }

        return adopted.Count > 0;
    }

    /// <summary>The files that the newest checkpoint of an unfinished layer lists, with their bytes.</summary>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadNotedAsync()
    {
        var found = new Dictionary<string, byte[]>();
        if (!CheckpointsAreReadable)
            return found;
        var names = await Bench.Stores.ListAsync("depot");
        if (names.LastOrDefault(name => name.Contains("/progress/", StringComparison.Ordinal)) is not { } newest)
            return found;
        var directory = newest[..newest.IndexOf("/progress/", StringComparison.Ordinal)];
        if (CheckpointFile.Parse(await Bench.Stores.ReadAsync("depot", newest), newest) is not { } checkpoint)
            return found;
        foreach (var file in checkpoint.AllFiles())
            found[$"{directory}/{file.Name}"] = await Bench.Stores.ReadAsync("depot", $"{directory}/{file.Name}");
        return found;
    }

    /// <summary>What was finished is in the layer as it was.</summary>
    public async Task CheckKeptAsync(IReadOnlyDictionary<string, byte[]> noted)
    {
        foreach (var (name, bytes) in noted)
            Assert.Equal(bytes, await Bench.Stores.ReadAsync("depot", name));
    }

    /// <summary>Every object is what was put there first.</summary>
    public async Task CheckObjectsAsync()
    {
        await using var store = await Bench.Stores.OpenAsync("depot");
        await new FaultStore(store, Script, StoreUri.Parse(Collection).ToString()).RequireNothingOverwrittenAsync();
    }

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    protected string Full => $"BACKUP DATABASE shop INTO '{Collection}'{With()}";

    protected string Increment => $"BACKUP DATABASE shop INTO LATEST IN '{Collection}'{With()}";

    /// <summary>The options of a statement, the key among them.</summary>
    protected string With(params string[] options)
    {
        var all = options.Append(World.Key).OfType<string>().ToList();
        return all.Count == 0 ? "" : " WITH " + string.Join(", ", all);
    }

    protected void Create()
    {
        Bench.Engine.Execute(
            "shop",
            "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT);");
        Change();
    }

    /// <summary>Changes both tables, and remembers what there is then.</summary>
    protected void Change()
    {
        Bench.Advance(TimeSpan.FromSeconds(1));
        _next++;
        Bench.Engine.Execute(
            "shop",
            $"INSERT INTO goods VALUES ({_next}, 'number {_next}'), ({_next + 100}, 'cup'); DELETE FROM goods WHERE id = {_next + 99};"
            + $"INSERT INTO log VALUES ({_next}, 'change {_next}');");
        States.Add(Bench.Engine.Dump("shop"));
        Bench.Advance(TimeSpan.FromSeconds(1));
    }

    protected Task<IReadOnlyList<string>> ListChainsAsync() => Layers.ListChainsAsync(Bench, Collection);

    protected Task<IReadOnlyList<string>> ListEndsAsync(string chain) =>
        Layers.ListEndsAsync(Bench, Collection, chain, With());

    /// <summary>A backup restores exactly to a state.</summary>
    /// <param name="chain">A chain, or null for the newest.</param>
    /// <param name="end">The end of one of its layers, or null for its newest.</param>
    /// <param name="state">What it must restore to.</param>
    protected async Task CheckRestoresAsync(string? chain, string? end, string state)
    {
        var from = chain is null ? "LATEST" : $"'{chain}'";
        var time = end is null ? "" : $" AS OF SYSTEM TIME '{end}'";
        await Bench.RunAsync($"RESTORE DATABASE shop FROM {from} IN '{Collection}'{time}{With("new_db_name = 'proof'")}");
        Assert.Equal(state, Bench.Engine.Dump("proof"));
        Bench.Engine.Drop("proof");
    }

    /// <summary>Every layer of the one chain that there is restores exactly.</summary>
    /// <param name="least">How many layers there are at least.</param>
    protected async Task CheckLayersAsync(int least)
    {
        var chains = await ListChainsAsync();
        var ends = chains.Count == 0 ? [] : await ListEndsAsync(chains.Single());
        Assert.InRange(ends.Count, least, States.Count);
        for (var i = 0; i < ends.Count; i++)
            await CheckRestoresAsync(chains[0], ends[i], States[i]);
    }

    /// <summary>Whatever was left behind, the next backups and their restores work.</summary>
    protected async Task CheckWorksOnAsync()
    {
        Change();
        var chains = await ListChainsAsync();
        await Bench.RunAsync(chains.Count == 0 ? Full : Increment);
        await CheckRestoresAsync(null, null, States[^1]);
        if (World.IsSlow)
            return;
        await Bench.RunAsync(Full);
        Assert.Equal(Math.Max(chains.Count, 1) + 1, (await ListChainsAsync()).Count);
        await CheckRestoresAsync(null, null, States[^1]);
    }
}
