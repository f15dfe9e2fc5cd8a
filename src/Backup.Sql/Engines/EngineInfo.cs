namespace Backup.Sql.Engines;

/// <summary>What an engine is.</summary>
public sealed record EngineInfo
{
    /// <summary>The engine's kind, written into manifests: <c>sqlite</c>, <c>postgres</c>, <c>memory</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The engine's version, for manifests and errors.</summary>
    public required string Version { get; init; }

    /// <summary>The package that provides the engine, for the hint when it is not registered.</summary>
    public required string Package { get; init; }

    /// <summary>Identity of the cluster: increments are refused on a chain that another one started.</summary>
    public required string ClusterId { get; init; }

    /// <summary>What the engine can do.</summary>
    public required EngineCapabilities Capabilities { get; init; }

    /// <summary>How the engine compares names of databases, schemas, tables and columns.</summary>
    public required StringComparer NameComparer { get; init; }

    /// <summary>
    /// Databases that every cluster of this kind has and that a cluster restore may replace when they are empty.
    /// </summary>
    public IReadOnlyList<string> BuiltInDatabases { get; init; } = [];

    /// <summary>
    /// The regions that the cluster has now: a restore compares them with those of the databases that it brings.
    /// Default: none, the engine knows no regions.
    /// </summary>
    public IReadOnlyList<string> Regions { get; init; } = [];
}
