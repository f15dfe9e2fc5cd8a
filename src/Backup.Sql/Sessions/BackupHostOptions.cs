using Backup.Sql.Access;
using Backup.Sql.Catalog;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Keys;
using Backup.Sql.State;
using Backup.Sql.Sessions.Registry;
using Backup.Sql.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Backup.Sql.Sessions;

/// <summary>What a host brings: engines, stores, and where state lives.</summary>
public sealed record BackupHostOptions
{
    /// <summary>
    /// The engines by the name that <c>WITH engine = '…'</c> uses. At least one. The host disposes of them.
    /// </summary>
    public required IReadOnlyDictionary<string, IDatabaseEngine> Engines { get; init; }

    /// <summary>The engine meant when a statement names none. Default: null, the first by name.</summary>
    public string? DefaultEngine { get; init; }

    /// <summary>
    /// The controllers that pause the writers of an engine, by the engine's name: for backups WITH pause. One may serve
    /// several engines. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, IPauseController> PauseControllers { get; init; } =
        new Dictionary<string, IPauseController>();

    /// <summary>
    /// Where this host is: tiers from the widest to the narrowest, <c>region=east,zone=a</c>. EXECUTION LOCALITY is
    /// compared with it, and data that does not tell its own locality counts as being here. Default: null, nowhere.
    /// </summary>
    public string? Locality { get; init; }

    /// <summary>The providers of object stores: which schemes locations may have.</summary>
    public required IReadOnlyList<IObjectStoreProvider> Stores { get; init; }

    /// <summary>
    /// Providers by the name that <c>CREATE REPOSITORY … WITH BROKER name</c> uses: letters, digits, <c>-</c> and
    /// <c>.</c>, compared without regard to case. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, IObjectStoreProvider> Brokers { get; init; } =
        new Dictionary<string, IObjectStoreProvider>();

    /// <summary>
    /// The providers of key services: with which keys backups may be encrypted. Default: none, passphrases only.
    /// </summary>
    public IReadOnlyList<IKeyManagementProvider> KeyServices { get; init; } = [];

    /// <summary>How stores are called: retries, rates, parallel calls. Of the retries, key services too.</summary>
    public StoreOptions StoreOptions { get; init; } = new();

    /// <summary>
    /// Where jobs, schedules, connections and the like are kept; the host disposes of it. Default: in memory, gone with
    /// the process.
    /// </summary>
    public IStateStore StateStore { get; init; } = new MemoryStateStore();

    /// <summary>
    /// Where secrets of locations are kept; the host disposes of it if it can be disposed of. Default: in memory. A
    /// state store that outlives the process wants a vault that does: <see cref="SealingSecretVault"/>.
    /// </summary>
    public ISecretVault SecretVault { get; init; } = new MemorySecretVault();

    /// <summary>
    /// Turns rights on: these users and roles are administrators, all others may do what was granted to them or to
    /// their roles. Default: null, rights are off and every session may do everything.
    /// </summary>
    public IReadOnlyList<string>? Admins { get; init; }

    /// <summary>
    /// Tells who may do what, in the place of <see cref="Admins"/> and the grants in the state store. Default: null.
    /// </summary>
    public IAuthorizer? Authorizer { get; init; }

    /// <summary>What the host says of its databases, by name: scope, labels, configuration. Default: nothing.</summary>
    public IReadOnlyDictionary<string, DatabaseProperties> Databases { get; init; } =
        new Dictionary<string, DatabaseProperties>();

    /// <summary>What takes backups over that were made elsewhere, beside <c>collection</c>. Default: nothing.</summary>
    public IReadOnlyList<IBackupPlugin> Plugins { get; init; } = [];

    /// <summary>Iterations of PBKDF2 for passphrases: fewer than are safe, for tests that must be quick.</summary>
    internal int PassphraseIterations { get; init; } = PassphraseSlots.DefaultIterations;

    /// <summary>Codec, file size, workers, memory.</summary>
    public BackupSettings Settings { get; init; } = new();

    /// <summary>
    /// A directory for scratch files: databases that are put together aside so that single tables can be read out of
    /// them. Default: the system's directory for temporary files.
    /// </summary>
    public string ScratchDirectory { get; init; } = Path.GetTempPath();

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where ids, nonces and jitter come from. Default: the operating system.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>Where log messages go. Default: nowhere. They never hold secrets.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
