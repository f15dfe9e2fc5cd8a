using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning.Steps;

/// <summary>Opens the layers that are merged, after comparing the chain with what the plan was made for.</summary>
internal sealed record OpenChainStep : PlanStep
{
    public required string Collection { get; init; }

    public string? Incrementals { get; init; }

    /// <summary>The full backup's sub-directory; empty for one that lies at the location itself.</summary>
    public required string Subdirectory { get; init; }

    /// <summary>Of the deprecated form: the locations after the first, oldest first, sealed; empty otherwise.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>What opens the chain; null for a clear one.</summary>
    public BackupKeys? Keys { get; init; }

    /// <summary>The layers, full backup first.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>The time restored to: the end of the newest layer, or a time inside its history.</summary>
    public required HlcTimestamp At { get; init; }
}

/// <summary>Compares what a restore overwrites with what it brings: the shapes must be the same.</summary>
internal sealed record CheckDestinationStep : PlanStep
{
    public required string Engine { get; init; }

    /// <summary>The objects that are there; the targets have the names that they have there.</summary>
    public required IReadOnlyList<ObjectRestore> Objects { get; init; }
}

/// <summary>Starts a restore that nobody sees before it is published.</summary>
internal sealed record BeginRestoreStep : PlanStep
{
    public required string Engine { get; init; }

    public IReadOnlyList<string> NewDatabases { get; init; } = [];

    public bool SkipForeignKeyCheck { get; init; }

    /// <summary>
    /// A time before that of the pages, to which they are taken back; null for the time of the pages.
    /// </summary>
    public HlcTimestamp? PagesAsOf { get; init; }
}

/// <summary>Makes tables, types and sequences, without their indexes.</summary>
internal sealed record CreateObjectsStep : PlanStep
{
    public required string Engine { get; init; }

    public required IReadOnlyList<ObjectRestore> Objects { get; init; }
}

/// <summary>Puts a database together aside, out of its pages, so that its tables can be read.</summary>
internal sealed record MaterialiseStep : PlanStep
{
    /// <summary>The kind of engine that wrote the pages.</summary>
    public required string EngineKind { get; init; }

    /// <summary>The package that provides it.</summary>
    public required string Package { get; init; }

    public required PageSpace Space { get; init; }

    /// <summary>
    /// A time before that of the pages, to which they are taken back; null for the time of the pages.
    /// </summary>
    public HlcTimestamp? AsOf { get; init; }
}

/// <summary>Merges the layers of one space into its destination and proves the fingerprint.</summary>
internal sealed record IngestSpaceStep : PlanStep
{
    public required string Engine { get; init; }

    /// <summary>The space in the backup.</summary>
    public required Space Source { get; init; }

    /// <summary>True when <see cref="Source"/> is read out of a materialised database.</summary>
    public bool FromPages { get; init; }

    /// <summary>The space that is filled; null to read and prove only.</summary>
    public Space? Destination { get; init; }

    /// <summary>The source's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Entries of the secondary indexes that belong to the rows.</summary>
    public long IndexEntries { get; init; }
}

/// <summary>Makes indexes, constraints, views and triggers and checks foreign keys.</summary>
internal sealed record CompleteRestoreStep : PlanStep
{
    public required string Engine { get; init; }
}

/// <summary>
/// Adds what is missing of users, grants, schedules and the like; removed again if the restore fails.
/// </summary>
internal sealed record RestoreSystemStep : PlanStep
{
    /// <summary>The kinds of entries.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>True for a cluster: everything keeps its name.</summary>
    public bool AllNames { get; init; }

    /// <summary>The whole databases restored, by the name that they had.</summary>
    public IReadOnlyDictionary<string, string> Databases { get; init; } = new Dictionary<string, string>();

    /// <summary>The tables restored one by one, by the full name that they had.</summary>
    public IReadOnlyDictionary<string, string> Tables { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// Makes everything visible: at once in each engine, one engine after the other once all is staged in all of them.
/// </summary>
internal sealed record PublishRestoreStep : PlanStep
{
    public required IReadOnlyList<string> Engines { get; init; }
}
