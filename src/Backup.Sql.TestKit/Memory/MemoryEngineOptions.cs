using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.Memory;

/// <summary>What a <see cref="MemoryEngine"/> is to be like.</summary>
public sealed record MemoryEngineOptions
{
    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the cluster's identity comes from unless it is given. Default: the operating system.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>Identity of the cluster; null (the default) for a random one.</summary>
    public string? ClusterId { get; init; }

    /// <summary>
    /// What the engine admits that it can do; the rest is refused. Default: everything but page spaces, which it
    /// cannot.
    /// </summary>
    public EngineCapabilities Capabilities { get; init; } =
        EngineCapabilities.TimeTravel | EngineCapabilities.ChangeExport | EngineCapabilities.RevisionHistory
        | EngineCapabilities.RetentionHolds | EngineCapabilities.Schemas | EngineCapabilities.Partitions
        | EngineCapabilities.ZoneConfiguration | EngineCapabilities.ReplaceRows | EngineCapabilities.RestoreLedger;

    /// <summary>How names compare. Default: exactly.</summary>
    public StringComparer NameComparer { get; init; } = StringComparer.Ordinal;

    /// <summary>
    /// Databases that the cluster starts with and that a restore may replace while they are empty. Default: none.
    /// </summary>
    public IReadOnlyList<string> BuiltInDatabases { get; init; } = [];

    /// <summary>The regions of the cluster. Default: none.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>
    /// How long <see cref="MemoryEngine.CollectGarbage"/> keeps old versions. Default: 25 hours.
    /// </summary>
    public TimeSpan HistoryRetention { get; init; } = TimeSpan.FromHours(25);

    /// <summary>
    /// Where rows are: tiers (<c>region=east,zone=a</c>) by database, or by <c>database.table</c>, which comes first.
    /// Default: none, nobody knows.
    /// </summary>
    public IReadOnlyDictionary<string, string> Localities { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// False makes the engine say that rows of tables without a primary key have no lasting identity, as SQLite must.
    /// Default: true.
    /// </summary>
    public bool StableRowIds { get; init; } = true;
}
