using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.State;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>What a bench is to be like.</summary>
internal sealed record BenchSetup
{
    /// <summary>The engines, the default one first: <c>sqlite</c>, <c>memory</c>, <c>sqlite+memory</c>.</summary>
    public string Engines { get; init; } = "sqlite";

    /// <summary><c>mem</c>, <c>file</c>, <c>nodelocal</c> or <c>remote</c>.</summary>
    public string Store { get; init; } = "mem";

    /// <summary>The store that <c>remote</c> means.</summary>
    public RemoteStore? Remote { get; init; }

    /// <summary>Seed of everything random in library and engines.</summary>
    public ulong Seed { get; init; } = 1;

    public BackupSettings Settings { get; init; } = new() { Workers = 2 };

    public bool UseBackupsWithIds { get; init; }

    public string? CurrentDatabase { get; init; }

    /// <summary>What the host says of its databases.</summary>
    public IReadOnlyDictionary<string, DatabaseProperties> Databases { get; init; } = new Dictionary<string, DatabaseProperties>();

    /// <summary>The administrators; null when everybody is one.</summary>
    public IReadOnlyList<string>? Admins { get; init; }

    /// <summary>Puts something between library and stores.</summary>
    public Func<IObjectStoreProvider, IObjectStoreProvider> Wrap { get; init; } = provider => provider;

    /// <summary>The clock; a manual one that jumps over pauses unless given.</summary>
    public TimeProvider Clock { get; init; } = new ManualTimeProvider { JumpsToTimers = true };

    /// <summary>How the engine in memory is to be like, but for clock and cluster.</summary>
    public MemoryEngineOptions Memory { get; init; } = new();

    /// <summary>The host's locality.</summary>
    public string? Locality { get; init; }

    /// <summary>Localities of databases and tables.</summary>
    public IReadOnlyDictionary<string, string> Localities { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The pause controllers by engine, for a bench whose applications can be paused; they outlive the process.
    /// </summary>
    public IReadOnlyDictionary<string, IPauseController> Pauses { get; init; } = new Dictionary<string, IPauseController>();

    /// <summary>Keeps secrets beyond the process; null for a vault that ends with it.</summary>
    public ISecretVault? Vault { get; init; }

    public IStateStore State { get; init; } = new MemoryStateStore();
}
