namespace Backup.Sql.Collections;

/// <summary>An engine that databases of a layer came from.</summary>
internal sealed record EngineOrigin
{
    /// <summary>The name that the engine was registered by; null where it is not known.</summary>
    public string? Name { get; init; }

    /// <summary>The kind of engine, as it names itself.</summary>
    public required string Kind { get; init; }

    /// <summary>The engine's version.</summary>
    public required string Version { get; init; }

    /// <summary>The package that provides the engine, for the hint when it is missing on restore.</summary>
    public string? Package { get; init; }

    /// <summary>Identity of the cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The layer's databases that came from it.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>
    /// True when the store recovers points in time by itself: the layer holds no row of it, only the time.
    /// </summary>
    public bool RestorePointOnly { get; init; }
}
