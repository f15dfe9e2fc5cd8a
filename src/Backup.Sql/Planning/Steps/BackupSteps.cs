using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning.Steps;

/// <summary>Holds the engine's history back until the layer that needs it is committed.</summary>
internal sealed record ProtectStep : PlanStep
{
    public required string Engine { get; init; }

    /// <summary>History from here on is kept; null for a chain's first layer of now.</summary>
    public HlcTimestamp? From { get; init; }

    /// <summary>Without <see cref="From"/>: all the history that there still is, not only that from now on.</summary>
    public bool AllHistory { get; init; }

    /// <summary>True when the backup is possible without that history: what it lacks is written in full.</summary>
    public bool MayBeGone { get; init; }
}

/// <summary>Stops the writers of some stores, until <see cref="ResumeStep"/>.</summary>
internal sealed record PauseStep : PlanStep
{
    public required IReadOnlyList<string> Engines { get; init; }

    /// <summary>How long the pause lasts at least.</summary>
    public required TimeSpan Hold { get; init; }

    /// <summary>How long open requests may take to end.</summary>
    public required TimeSpan Wait { get; init; }

    /// <summary>True when a store is read to its end inside the pause.</summary>
    public bool IsCopied { get; init; }
}

/// <summary>Proves that the pause stood, and lifts it when it has lasted long enough.</summary>
internal sealed record ResumeStep : PlanStep;

/// <summary>Opens one consistent point of the engine.</summary>
internal sealed record OpenSnapshotStep : PlanStep
{
    public required string Engine { get; init; }

    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>True for a store that recovers points in time by itself: nothing of it is read.</summary>
    public bool RestorePointOnly { get; init; }

    /// <summary>The time wanted; null for now.</summary>
    public HlcTimestamp? AsOf { get; init; }
}

/// <summary>
/// Takes the place where the layer will lie, after comparing the chain with what the plan was made for.
/// </summary>
internal sealed record BeginLayerStep : PlanStep
{
    public required string Collection { get; init; }

    public string? Incrementals { get; init; }

    /// <summary>The full backup that the layer is appended to; null for a new full one.</summary>
    public string? Parent { get; init; }

    /// <summary>
    /// The chain's locations, oldest first, when it was named by them (INCREMENTAL FROM); empty otherwise.
    /// </summary>
    public IReadOnlyList<string> ParentLocations { get; init; } = [];

    /// <summary>What the chain is encrypted with; null for a clear one.</summary>
    public BackupKeys? Keys { get; init; }

    /// <summary>Id of the chain's newest layer when the plan was made; null for a full backup.</summary>
    public string? AssumedNewestLayer { get; init; }

    /// <summary>True when the layer lies at the location itself (BACKUP … TO).</summary>
    public bool AtLocation { get; init; }

    /// <summary>Where a full backup goes if the user named the sub-directory; null for one named by its time.</summary>
    public string? Subdirectory { get; init; }

    /// <summary>True to refuse data of a locality that has no location of its own.</summary>
    public bool StrictStorageLocality { get; init; }

    /// <summary>
    /// Codec of the data files: <c>zstd</c>, <c>brotli</c> or <c>none</c>; null for the library's choice.
    /// </summary>
    public string? Compression { get; init; }

    /// <summary>The codec's level; null for its default.</summary>
    public int? CompressionLevel { get; init; }
}

/// <summary>Reserves the label of a snapshot in its collection; given back unless the manifest is put.</summary>
internal sealed record ReserveLabelStep : PlanStep
{
    public required string Label { get; init; }

    public required string Database { get; init; }

    /// <summary>How long the job may take.</summary>
    public required int TimeoutSeconds { get; init; }
}

/// <summary>How a space gets into a layer.</summary>
internal enum ExportMode
{
    /// <summary>Every row as it is.</summary>
    Full,

    /// <summary>Pages that differ from the chain's digests.</summary>
    ChangedPages,

    /// <summary>The keys that changed since the parent's end.</summary>
    Changes,

    /// <summary>Nothing if the fingerprint is the parent's, else every row.</summary>
    IfChanged,
}

/// <summary>Writes one space's rows or pages; the runner cuts it into spans.</summary>
internal sealed record ExportSpaceStep : PlanStep
{
    public required Space Space { get; init; }

    /// <summary>The space's name, for people.</summary>
    public required string Name { get; init; }

    public required ExportMode Mode { get; init; }

    /// <summary>Every version in the window, not only the newest.</summary>
    public bool AllVersions { get; init; }
}

/// <summary>Commits the layer: one object, put only if absent.</summary>
internal sealed record WriteManifestStep : PlanStep
{
    public required BackupScope Scope { get; init; }

    /// <summary>The statement as the manifest shows it, locations masked.</summary>
    public required string Statement { get; init; }

    public bool RevisionHistory { get; init; }

    /// <summary>Publishes the time of the success.</summary>
    public bool UpdatesMetric { get; init; }

    /// <summary>Of a snapshot: its label and database.</summary>
    public SnapshotMark? Snapshot { get; init; }

    /// <summary>Of a snapshot: how long it is kept once it is finished; null for ever.</summary>
    public CalendarPeriod? Ttl { get; init; }

    /// <summary>The backup's name in the registry; null for its time.</summary>
    public string? Name { get; init; }

    /// <summary>Labels, <c>k=v</c>, sorted by key.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>Lets LATEST name the new full backup.</summary>
internal sealed record PublishLatestStep : PlanStep;

/// <summary>Gives up the hold on history, or moves it to what the next layer needs.</summary>
internal sealed record ReleaseStep : PlanStep
{
    public required string Engine { get; init; }

    /// <summary>
    /// The hold that keeps the history from the layer's end on for the next layer; it is placed before the job's own
    /// is given up, so that there is no gap. Null for none.
    /// </summary>
    public string? HandTo { get; init; }
}
