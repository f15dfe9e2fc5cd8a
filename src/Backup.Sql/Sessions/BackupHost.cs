using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Execution.Pauses;
using Backup.Sql.Planning;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions;

/// <summary>
/// The engines, stores and jobs of one process. Make one, open as many sessions as you like; all members may be called
/// concurrently. Disposing it pauses nothing: running jobs are cancelled and leave nothing behind.
/// </summary>
public sealed class BackupHost : IAsyncDisposable
{
    private volatile bool _recovered;

    /// <summary>Puts a host together.</summary>
    /// <param name="options">Engines, stores, settings.</param>
    /// <exception cref="BackupSqlException">42704 no engine, or the default one is not among them; 42710 two providers
    /// for one scheme.</exception>
    public BackupHost(BackupHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        DefaultEngine = options.DefaultEngine ?? options.Engines.Keys.Order(StringComparer.Ordinal)
            .FirstOrDefault() ?? "";
        if (!options.Engines.ContainsKey(DefaultEngine))
            throw Errors.EngineNotFound(DefaultEngine, options.Engines.Keys, default);
        Providers = new ObjectStoreProviders(options.Stores)
        {
            Options = _ => options.StoreOptions,
            TimeProvider = options.TimeProvider,
            Random = options.Random,
        };
        var stores = new StoreOpener(Providers, options.SecretVault);
        Collections = new CollectionOpener(stores);
        Jobs = new JobRegistry(options.StateStore, options.TimeProvider, options.Random);
        foreach (var name in options.PauseControllers.Keys.Where(name => !options.Engines.ContainsKey(name)))
            throw Errors.EngineNotFound(name, options.Engines.Keys, default);
        var pauses = new PauseLedger(options.StateStore, options.Random);
        Recovery = new PauseRecovery(
            pauses, options.PauseControllers, options.TimeProvider,
            options.LoggerFactory.CreateLogger("Backup.Sql.Execution"));
        Planning = new PlanningContext
        {
            Engines = options.Engines,
            PauseControllers = options.PauseControllers,
            Collections = Collections,
            FullBackupWithSubdirectory = options.Settings.FullBackupWithSubdirectory,
        };
        Runner = new PlanRunner(new RunContext
        {
            Engines = options.Engines,
            PauseControllers = options.PauseControllers,
            Pauses = pauses,
            Time = options.TimeProvider,
            Collections = Collections,
            Random = options.Random,
            Settings = options.Settings,
            ScratchDirectory = options.ScratchDirectory,
            Logger = options.LoggerFactory.CreateLogger("Backup.Sql.Execution"),
        });
    }

    /// <summary>The engines by name.</summary>
    public IReadOnlyDictionary<string, IDatabaseEngine> Engines => Options.Engines;

    /// <summary>The engine meant when a statement names none.</summary>
    public string DefaultEngine { get; }

    internal BackupHostOptions Options { get; }

    internal ObjectStoreProviders Providers { get; }

    internal CollectionOpener Collections { get; }

    internal JobRegistry Jobs { get; }

    internal PlanningContext Planning { get; }

    internal PlanRunner Runner { get; }

    internal PauseRecovery Recovery { get; }

    /// <summary>
    /// Lifts pauses that a host before this one left standing. Sessions call it with their first statement; a host that
    /// wants it sooner calls it when it starts.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task LiftStandingPausesAsync(CancellationToken cancellationToken = default)
    {
        if (_recovered)
            return;
        _recovered = await Recovery.RunAsync((_, _) => Task.FromResult(false), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Opens a session.</summary>
    /// <param name="options">Who and where; null for the defaults.</param>
    /// <returns>The session; it holds nothing open.</returns>
    public BackupSession OpenSession(SessionOptions? options = null) => new(this, options ?? new SessionOptions());

    /// <summary>Cancels what runs, waits for it, and closes the engines.</summary>
    public async ValueTask DisposeAsync()
    {
        await Jobs.StopAllAsync().ConfigureAwait(false);
        foreach (var engine in Engines.Values)
            await engine.DisposeAsync().ConfigureAwait(false);
        await Options.StateStore.DisposeAsync().ConfigureAwait(false);
    }
}
