using Backup.Sql.Catalog;

namespace Backup.Sql.Binding;

/// <summary>What a RESTORE names. The names are looked up in the backup, by planning.</summary>
internal enum RestoreTargetKind
{
    Cluster,
    Databases,
    Tables,
    Snapshot,

    /// <summary>Users and their roles alone, out of a cluster backup.</summary>
    SystemUsers,
}

/// <summary>A table, or all tables of a schema or database, as a RESTORE names it.</summary>
/// <param name="Parts">One to three names, outermost first; a wildcard's last name is left out.</param>
/// <param name="IsWildcard">True for <c>x.*</c> and <c>*</c>.</param>
/// <param name="As">The name to restore under; null for its own.</param>
/// <param name="Line">Where the statement names it, from 1.</param>
/// <param name="Column">Where the statement names it, from 1.</param>
internal sealed record RestoreTable(IReadOnlyList<string> Parts, bool IsWildcard, string? As, int Line, int Column);

/// <summary>The skip_missing_* family.</summary>
[Flags]
internal enum SkipMissing
{
    None = 0,
    ForeignKeys = 1,
    Sequences = 2,
    SequenceOwners = 4,
    Views = 8,
    Functions = 16,
}

/// <summary>RESTORE.</summary>
internal sealed record BoundRestore : BoundStatement
{
    /// <summary>The engine restored into, unless the databases go back into the engines that they came from.</summary>
    public required string Engine { get; init; }

    /// <summary>True if the statement names the engine, or a database in it.</summary>
    public bool EngineGiven { get; init; }

    public required RestoreTargetKind Kind { get; init; }

    public IReadOnlyList<string> Databases { get; init; } = [];

    public IReadOnlyList<RestoreTable> Tables { get; init; } = [];

    /// <summary>The session's current database; null for none.</summary>
    public string? CurrentDatabase { get; init; }

    /// <summary>The collection, sealed.</summary>
    public required string Collection { get; init; }

    /// <summary>The sub-directory; null for LATEST; empty when <see cref="Locations"/> are given.</summary>
    public string? Subdirectory { get; init; }

    /// <summary>An id that SHOW BACKUPS shows may stand in place of the sub-directory.</summary>
    public bool WithIds { get; init; }

    public string? IncrementalLocation { get; init; }

    /// <summary>The deprecated form's further locations after <see cref="Collection"/>, sealed.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>What opens the chain; null for a clear one.</summary>
    public BackupKeys? Keys { get; init; }

    /// <summary>The time wanted; null for the end of the chain.</summary>
    public HlcTimestamp? AsOf { get; init; }

    public string? IntoDatabase { get; init; }

    public string? IntoSchema { get; init; }

    public string? NewDatabaseName { get; init; }

    public SkipMissing Skip { get; init; }

    /// <summary>Regions are not compared.</summary>
    public bool SkipLocalities { get; init; }

    /// <summary>What is restored has no regions any more.</summary>
    public bool RemoveRegions { get; init; }

    /// <summary>Tiers that the node must have which runs the job; null for any node.</summary>
    public string? ExecutionLocality { get; init; }

    public bool SchemaOnly { get; init; }

    public bool VerifyOnly { get; init; }

    /// <summary>Keep the grants on what is restored, for users that there are.</summary>
    public bool Grants { get; init; }

    public bool AnyVersion { get; init; }

    public bool Detached { get; init; }

    /// <summary>What makes it the restore of a snapshot; null for a restore of a chain.</summary>
    public SnapshotRestore? Snapshot { get; init; }

    public required string MaskedText { get; init; }

    public required string Description { get; init; }
}
