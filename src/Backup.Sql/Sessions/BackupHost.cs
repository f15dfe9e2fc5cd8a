using Backup.Sql.Access;
using Backup.Sql.Collections;
using Backup.Sql.Connections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Execution.Pauses;
using Backup.Sql.Execution.Uses;
using Backup.Sql.Keys;
using Backup.Sql.Planning;
using Backup.Sql.Sessions.Policies;
using Backup.Sql.Sessions.Registry;
using Backup.Sql.Schedules;
using Backup.Sql.Sessions.Administration;
using Backup.Sql.Sessions.Schedules;
using Backup.Sql.Sessions.Snapshots;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions;

/// <summary>
/// The engines, stores and jobs of one process. Make one, open as many sessions as you like; all members may be called
/// concurrently. Disposing it stops the running jobs: where the state store outlives the process they keep what they
/// have written, for the next host that adopts them; else they are cancelled and leave nothing behind.
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
        Settings = new SettingsInForce(options.StateStore, options.Settings, options.StoreOptions);
        Providers = new ObjectStoreProviders(
            options.Stores.Concat(options.Brokers.Select(broker => BrokerStores.Of(broker.Key, broker.Value))))
        {
            Options = Settings.StoresOf,
            TimeProvider = options.TimeProvider,
            Random = options.Random,
        };
        Connections = new ExternalConnections(options.StateStore, options.SecretVault);
        var locations = new SealedLocations(options.SecretVault, Connections);
        Stores = new StoreOpener(Providers, locations);
        KeyServices = new KeyServices(options.KeyServices)
        {
            Options = options.StoreOptions,
            TimeProvider = options.TimeProvider,
            Random = options.Random,
        };
        Keys = new KeyOpener(KeyServices, locations);
        Collections = new CollectionOpener(Stores, Keys, locations) { Iterations = options.PassphraseIterations };
        foreach (var name in options.PauseControllers.Keys.Where(name => !options.Engines.ContainsKey(name)))
            throw Errors.EngineNotFound(name, options.Engines.Keys, default);
        var pauses = new PauseLedger(options.StateStore, options.Random);
        Recovery = new PauseRecovery(
            pauses, options.PauseControllers, options.TimeProvider,
            options.LoggerFactory.CreateLogger("Backup.Sql.Execution"));
        Roles = new RoleBook(options.StateStore);
        Authorizer = options.Authorizer
            ?? (options.Admins is null
                ? EverybodyIsAdmin.Instance
                : new GrantAuthorizer(options.StateStore, options.Admins));
        Planning = new PlanningContext
        {
            Engines = options.Engines,
            PauseControllers = options.PauseControllers,
            Locality = options.Locality,
            Collections = Collections,
            FullBackupWithSubdirectory = () => Settings.Backup.FullBackupWithSubdirectory,
        };
        Runner = new PlanRunner(new RunContext
        {
            Engines = options.Engines,
            PauseControllers = options.PauseControllers,
            Locality = options.Locality,
            Pauses = pauses,
            Collections = Collections,
            Random = options.Random,
            Time = options.TimeProvider,
            System = new SystemSpace(options.StateStore, SystemKinds.All, SystemKinds.Users),
            Databases = options.Databases,
            CurrentSettings = () => Settings.Backup,
            ScratchDirectory = options.ScratchDirectory,
            Logger = options.LoggerFactory.CreateLogger("Backup.Sql.Execution"),
        });
        var records = new JobRecords(
            options.StateStore, options.TimeProvider, options.Random, options.Settings.JobLease);
        Registry = new BackupRegistry(options.StateStore, records, options.TimeProvider);
        Proofs = new Proofs(
            Registry, Collections, options.TimeProvider, options.LoggerFactory.CreateLogger("Backup.Sql.Execution"));
        Known = new KnownBackups(Registry, Collections);
        Worker = new JobWorker(Planning, Runner, Registry, Known, Proofs, options.TimeProvider);
        Jobs = new JobRegistry(records, options.TimeProvider, Worker);
        Uses = new LayerUses(options.StateStore, Jobs, options.TimeProvider, options.Random);
        Policies = new PolicyBook(options.StateStore);
        Schedules = new ScheduleBook(options.StateStore, options.Random);
        Scheduler = new BackupScheduler(this);
    }

    /// <summary>The engines by name.</summary>
    public IReadOnlyDictionary<string, IDatabaseEngine> Engines => Options.Engines;

    /// <summary>The engine meant when a statement names none.</summary>
    public string DefaultEngine { get; }

    /// <summary>The users and roles that the state store knows.</summary>
    public RoleBook Roles { get; }

    internal BackupHostOptions Options { get; }

    internal SettingsInForce Settings { get; }

    internal IAuthorizer Authorizer { get; }

    internal ObjectStoreProviders Providers { get; }

    internal ExternalConnections Connections { get; }

    internal StoreOpener Stores { get; }

    internal KeyServices KeyServices { get; }

    internal KeyOpener Keys { get; }

    internal CollectionOpener Collections { get; }

    internal JobRegistry Jobs { get; }

    internal LayerUses Uses { get; }

    internal BackupRegistry Registry { get; }

    internal KnownBackups Known { get; }

    internal Proofs Proofs { get; }

    internal PlanningContext Planning { get; }

    internal PlanRunner Runner { get; }

    internal PauseRecovery Recovery { get; }

    internal JobWorker Worker { get; }

    internal PolicyBook Policies { get; }

    internal ScheduleBook Schedules { get; }

    internal BackupScheduler Scheduler { get; }

    /// <summary>
    /// Lifts pauses that hosts before this one left standing. <see cref="AdoptJobsAsync"/> does it too, and so does the
    /// first statement of a host.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when one could not be lifted, or belongs to a job that may still be at work.</returns>
    /// <exception cref="BackupSqlException">58030 the state store fails.</exception>
    public Task<bool> LiftStandingPausesAsync(CancellationToken cancellationToken = default) =>
        Recovery.RunAsync(Jobs.IsAtWorkAsync, cancellationToken);

    internal async Task LiftStandingPausesOnceAsync(CancellationToken cancellationToken)
    {
        if (!_recovered)
            _recovered = await LiftStandingPausesAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a session.</summary>
    /// <param name="options">Who and where; null for the defaults.</param>
    /// <returns>The session; it holds nothing open.</returns>
    public BackupSession OpenSession(SessionOptions? options = null) => new(this, options ?? new SessionOptions());

    /// <summary>
    /// Removes the snapshots whose time (their property <c>ttl</c>) is up, in all repositories that are not read-only.
    /// <see cref="RunSchedulerAsync"/> does it every ten minutes; a host without it calls this now and then. What a job
    /// reads stays until the next call.
    /// </summary>
    /// <param name="cancellationToken">Ends the call; what was begun is finished by the next one.</param>
    /// <returns>How many were removed.</returns>
    public Task<int> DropExpiredSnapshotsAsync(CancellationToken cancellationToken = default) =>
        new SnapshotRemoval(this).ExpireAsync(cancellationToken);

    /// <summary>
    /// Takes over the jobs whose process has died: those that ran go on here, in the background, those that were being
    /// paused or cancelled are brought to their end. Also removes the records of jobs that ended long ago. To be called
    /// when the host has started, and again whenever <see cref="JobAdoption.NextCheck"/> comes.
    /// </summary>
    /// <param name="cancellationToken">Ends the call, not the jobs.</param>
    /// <returns>What was taken over.</returns>
    /// <exception cref="BackupSqlException">58030 the state store fails.</exception>
    public async Task<JobAdoption> AdoptJobsAsync(CancellationToken cancellationToken = default)
    {
        await Settings.RefreshAsync(cancellationToken).ConfigureAwait(false);
        await LiftStandingPausesAsync(cancellationToken).ConfigureAwait(false);
        var settings = Options.Settings;
        var (adopted, due) = await Jobs.AdoptAsync(Worker.Work(null), settings.JobRetention, cancellationToken)
            .ConfigureAwait(false);
        var latest = Jobs.Now + settings.JobLease;
        return new JobAdoption(
            [.. adopted.Select(job => new AdoptedJob(job.Id, job.Type, job.Description, job.State.ToText()))],
            due < latest ? due.Value : latest);
    }

    /// <summary>
    /// Runs the schedules whose time has come, each in its owner's name, and waits for their backups. Times that nobody
    /// was there for are made up for once. May be called by several hosts that share a state store: each time is run by
    /// one of them.
    /// </summary>
    /// <param name="cancellationToken">Ends the call, not the backups.</param>
    /// <returns>What ran, and when a schedule is due next.</returns>
    /// <exception cref="BackupSqlException">58030 the state store fails. What a backup fails with is in its
    /// <see cref="ScheduleRun"/>.</exception>
    public Task<DueSchedules> RunDueSchedulesAsync(CancellationToken cancellationToken = default) =>
        Scheduler.RunDueAsync(cancellationToken);

    /// <summary>
    /// Runs schedules and policies as they come due, and removes snapshots whose time is up, until it is cancelled.
    /// Backups that are at work then go on until the host is disposed of.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task RunSchedulerAsync(CancellationToken cancellationToken) => Scheduler.RunAsync(cancellationToken);

    /// <summary>
    /// Runs the backup policies whose time has come, waits for their backups, and drops what no cycle keeps. Of the
    /// times that nobody was there for the last one is made up for; the others are missed. May be called by several
    /// hosts that share a state store: each time is run by one of them.
    /// </summary>
    /// <param name="cancellationToken">Ends the call, not the backups.</param>
    /// <returns>When a policy is due next; null if none ever is.</returns>
    /// <exception cref="BackupSqlException">58030 the state store fails. What a backup fails with is in the registry.
    /// </exception>
    public Task<DateTimeOffset?> RunDuePoliciesAsync(CancellationToken cancellationToken = default) =>
        new PolicyRunner(this).RunAsync(cancellationToken);

    /// <summary>Stops what runs, waits for it, and closes the engines.</summary>
    public async ValueTask DisposeAsync()
    {
        await Jobs.StopAllAsync().ConfigureAwait(false);
        await Scheduler.DrainAsync().ConfigureAwait(false);
        foreach (var engine in Engines.Values)
            await engine.DisposeAsync().ConfigureAwait(false);
        await Options.StateStore.DisposeAsync().ConfigureAwait(false);
        (Options.SecretVault as IDisposable)?.Dispose();
    }
}
