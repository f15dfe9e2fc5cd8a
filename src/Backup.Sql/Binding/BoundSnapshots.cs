using Backup.Sql.Catalog;

namespace Backup.Sql.Binding;

/// <summary>The kinds of objects that a snapshot statement names.</summary>
internal enum SnapshotTargetKind
{
    Table,
    MaterializedView,
    View,
    Function,
}

/// <summary>What makes a BACKUP a snapshot.</summary>
/// <param name="Label">The snapshot's label.</param>
/// <param name="Database">The database.</param>
/// <param name="Repository">The repository, by name.</param>
/// <param name="TimeoutSeconds">How long the job may take.</param>
internal sealed record SnapshotBackup(string Label, string Database, string Repository, int TimeoutSeconds)
{
    /// <summary>How long the snapshot is kept; null for ever, or what the repository says.</summary>
    public CalendarPeriod? Ttl { get; init; }

    /// <summary>The objects as SHOW BACKUP shows them.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];
}

/// <summary>
/// One object, or all of a kind, that a RESTORE SNAPSHOT names. It is looked up in the snapshot, by planning.
/// </summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">Its name; null for all of the kind.</param>
/// <param name="Line">Where the statement names it, from 1.</param>
/// <param name="Column">Where the statement names it, from 1.</param>
internal sealed record SnapshotTarget(SnapshotTargetKind Kind, string? Name, int Line, int Column)
{
    /// <summary>The name to restore it under; null for its own.</summary>
    public string? As { get; init; }

    /// <summary>Of a table: the partitions; none for all.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];
}

/// <summary>What makes a RESTORE one of a snapshot: what is there already is overwritten.</summary>
/// <param name="Label">The snapshot's label.</param>
/// <param name="Timestamp">The snapshot's time, as the statement gives it.</param>
/// <param name="Repository">The repository, by name.</param>
/// <param name="TimeoutSeconds">How long the job may take.</param>
internal sealed record SnapshotRestore(string Label, string Timestamp, string Repository, int TimeoutSeconds)
{
    /// <summary>The database in the snapshot; null for the only one that it holds.</summary>
    public string? Source { get; init; }

    /// <summary>The database restored into; null, until the snapshot was looked at, for the snapshot's own.</summary>
    public string? Destination { get; init; }

    /// <summary>The layer restored; null until the snapshot was looked at.</summary>
    public string? Layer { get; init; }

    /// <summary>What is restored; none for all of the snapshot.</summary>
    public IReadOnlyList<SnapshotTarget> Targets { get; init; } = [];

    /// <summary>The objects as SHOW RESTORE shows them.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    public bool AllowLoad { get; init; }

    public int ReplicationNum { get; init; } = 3;
}

/// <summary>A statement about repositories, snapshots and their jobs that is carried out at once.</summary>
internal abstract record BoundSnapshotStatement : BoundStatement
{
    private protected BoundSnapshotStatement()
    {
    }
}

/// <summary>CREATE REPOSITORY.</summary>
/// <param name="Name">The name.</param>
/// <param name="Location">Where its snapshots lie, sealed.</param>
/// <param name="ShownLocation">The location without secrets, as the statement gives it.</param>
internal sealed record BoundCreateRepository(string Name, string Location, string ShownLocation)
    : BoundSnapshotStatement
{
    public string? Broker { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>How long its snapshots are kept; null for ever.</summary>
    public CalendarPeriod? Ttl { get; init; }

    public override string Effect() => $"looks at {ShownLocation} and gives it the name {Name}; writes nothing there";
}

/// <summary>DROP REPOSITORY.</summary>
internal sealed record BoundDropRepository(string Name) : BoundSnapshotStatement
{
    public override string Effect() => $"forgets the name {Name}; its snapshots stay where they are";
}

/// <summary>SHOW REPOSITORIES.</summary>
internal sealed record BoundShowRepositories : BoundSnapshotStatement;

/// <summary>SHOW BACKUP and SHOW RESTORE: the job of a database.</summary>
internal sealed record BoundShowSnapshotJobs(bool IsRestore, string Database) : BoundSnapshotStatement;

/// <summary>CANCEL BACKUP and CANCEL RESTORE.</summary>
internal sealed record BoundCancelSnapshotJob(bool IsRestore, string Database) : BoundSnapshotStatement
{
    public override string Effect() =>
        $"cancels the {(IsRestore ? "restore" : "backup")} that is running in {Database}; nothing is left of it";
}

/// <summary>SHOW SNAPSHOT.</summary>
internal sealed record BoundShowSnapshots(string Repository) : BoundSnapshotStatement
{
    /// <summary>The label asked for; null for all. With one, the rows tell more.</summary>
    public string? Label { get; init; }

    public string? Timestamp { get; init; }
}

/// <summary>DROP SNAPSHOT.</summary>
internal sealed record BoundDropSnapshot(string Label, string Repository, bool Force) : BoundSnapshotStatement
{
    public override string Effect() =>
        $"removes snapshot {Label} and all its files from repository {Repository}";
}
