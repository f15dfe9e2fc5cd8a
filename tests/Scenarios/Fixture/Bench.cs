using Backup.Sql.Collections.Sealing;
using Backup.Sql.Binding;
using Backup.Sql.Keys;
using Backup.Sql.Parsing;
using Backup.Sql.Planning;
using Backup.Sql.Sessions;
using Backup.Sql.Sessions.Snapshots;
using Backup.Sql.State;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// A whole installation: engines with data, stores, a host and a session. <see cref="ReopenAsync"/> ends the process and
/// starts another one on what survived.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BenchSetup _setup;
    private readonly SeededRandomSource _random;
    private readonly TapePlugin _tapes = new();
    private IStateStore _state;

    public Bench(BenchSetup? setup = null)
    {
        _setup = setup ?? new BenchSetup();
        _state = _setup.State;
        _random = new SeededRandomSource(_setup.Seed);
        Stores = new BenchStores(_setup.Store, _directory.Below("stores"), _setup.Remote);
        Scratch = _directory.Below("scratch");
        KeyDirectory = _directory.Below("keys");
        Keys = new LocalKeyRing(Path.Combine(KeyDirectory, "ring.json")) { Random = _random, TimeProvider = _setup.Clock };
        EngineNames = _setup.Engines.Split('+');
        Engines = EngineNames.ToDictionary(name => name, MakeEngine);
        Host = MakeHost(Lifeline);
        Session = MakeSession();
    }

    public IReadOnlyList<string> EngineNames { get; }

    public IReadOnlyDictionary<string, BenchEngine> Engines { get; }

    /// <summary>The default engine.</summary>
    public BenchEngine Engine => Engines[EngineNames[0]];

    public SqliteBenchEngine Sqlite => (SqliteBenchEngine)Engines["sqlite"];

    public MemoryBenchEngine Memory => (MemoryBenchEngine)Engines["memory"];

    public BenchStores Stores { get; }

    public string Scratch { get; }

    /// <summary>The root of <c>local-kms</c>.</summary>
    public string KeyDirectory { get; }

    /// <summary><c>local-kms:///ring.json</c>; without a file until a key is added.</summary>
    public LocalKeyRing Keys { get; }

    public BackupHost Host { get; private set; }

    /// <summary>What ties the present process to stores and state.</summary>
    public Lifeline Lifeline { get; private set; } = new();

    public BackupSession Session { get; private set; }

    /// <summary>Lets time pass on a manual clock.</summary>
    public void Advance(TimeSpan by) => ((ManualTimeProvider)_setup.Clock).Advance(by);

    /// <summary>Runs a statement and reads its whole result.</summary>
    public async Task<Answer> RunAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        var result = await Session.ExecuteAsync(sql, parameters, cancellationToken);
        var rows = await result.Rows.ToListAsync(cancellationToken);
        return new Answer(result.Tag, result.Columns, new Table([.. result.Columns.Select(c => c.Name)], rows), result.Notices);
    }

    /// <summary>Plans a statement and stops there.</summary>
    public async Task<ExecutionPlan> PlanAsync(string sql)
    {
        var bound = await new StatementBinder(new BindingContext
        {
            Parameters = [],
            Now = Host.Options.TimeProvider.GetUtcNow(),
            Engines = Host.Engines,
            DefaultEngine = Host.DefaultEngine,
            PauseControllers = _setup.Pauses,
            Providers = Host.Providers,
            Keys = Host.KeyServices,
            Vault = Host.Options.SecretVault,
            Connections = Host.Connections,
        }).BindAsync(BackupSqlParser.ParseStatement(sql), CancellationToken.None);
        bound = await new SnapshotJobs(Host).CompleteAsync(bound, CancellationToken.None);
        return bound is BoundBackup backup
            ? await new BackupPlanner(Host.Planning).PlanAsync(backup, estimate: true, CancellationToken.None)
            : await new RestorePlanner(Host.Planning).PlanAsync((BoundRestore)bound, CancellationToken.None);
    }

    /// <summary>Lets another user go on.</summary>
    public void Become(string user) => Session = MakeSession(user);

    /// <summary>Ends the process, loses the state store, and starts the next process.</summary>
    public Task LoseStateAsync()
    {
        _state = new MemoryStateStore();
        return ReopenAsync();
    }

    /// <summary>Ends the process and starts the next.</summary>
    public async Task ReopenAsync()
    {
        await Host.DisposeAsync();
        foreach (var engine in Engines.Values)
            engine.Reopen();
        Lifeline = new Lifeline();
        Host = MakeHost(Lifeline);
        Session = MakeSession();
    }

    /// <summary>The process dies in the middle of whatever it does, and the next one starts.</summary>
    public Task CrashAsync()
    {
        Lifeline.Cut();
        return ReopenAsync();
    }

    /// <summary>Another process beside the present one, on the same data, stores and state.</summary>
    public BackupHost StartAnother()
    {
        foreach (var engine in Engines.Values)
            engine.Reopen();
        return MakeHost(new Lifeline());
    }

    /// <summary>Databases and stored objects: what a statement that fails or only shows must leave as it was.</summary>
    public async Task<string> StateAsync() =>
        string.Concat(Engines.Select(pair => $"=== {pair.Key}\n{pair.Value.DumpAll()}")) + await Stores.DumpAsync();

    /// <summary>Files of unfinished work, anywhere.</summary>
    public IReadOnlyList<string> Leftovers() =>
        [.. Engines.Values.SelectMany(engine => engine.Leftovers()), .. Directory.GetFileSystemEntries(Scratch)];

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _directory.Dispose();
    }

    private BenchEngine MakeEngine(string name) => name == "sqlite"
        ? new SqliteBenchEngine(_directory.Below("databases"), _setup.Clock, _random, _setup.Localities)
        : new MemoryBenchEngine(new MemoryEngine(
            _setup.Memory with { TimeProvider = _setup.Clock, ClusterId = _setup.Memory.ClusterId ?? "cluster", Localities = _setup.Localities }));

    private BackupHost MakeHost(Lifeline line) => new(new BackupHostOptions
    {
        Engines = Engines.ToDictionary(pair => pair.Key, pair => pair.Value.Engine),
        DefaultEngine = EngineNames[0],
        Stores = [.. Stores.Providers.Select(line.To).Select(_setup.Wrap)],
        Brokers = new Dictionary<string, IObjectStoreProvider> { ["lake"] = Stores.Broker },
        KeyServices = [new LocalKeyRingProvider(KeyDirectory) { Random = _random }],
        PassphraseIterations = PassphraseSlots.LeastIterations,
        StateStore = line.To(_state),
        SecretVault = _setup.Vault ?? new MemorySecretVault(),
        PauseControllers = _setup.Pauses,
        Locality = _setup.Locality,
        Databases = _setup.Databases,
        Plugins = [_tapes],
        Settings = _setup.Settings,
        Admins = _setup.Admins,
        ScratchDirectory = Scratch,
        TimeProvider = _setup.Clock,
        Random = _random,
    });

    private BackupSession MakeSession(string user = "root") => Host.OpenSession(new SessionOptions
    {
        User = user,
        CurrentDatabase = _setup.CurrentDatabase,
        UseBackupsWithIds = _setup.UseBackupsWithIds,
    });
}
