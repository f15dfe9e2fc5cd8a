using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Binding;

/// <summary>EXPLAIN: the plan of the inner statement, and nothing done.</summary>
internal sealed record BoundExplain(BoundStatement Inner) : BoundStatement;

/// <summary>SHOW BACKUPS.</summary>
internal sealed record BoundShowBackups(string Collection) : BoundStatement
{
    /// <summary>Show ids and times of every restorable backup instead of the full ones' paths.</summary>
    public bool WithIds { get; init; }

    public bool WithRevisionStart { get; init; }

    public HlcTimestamp? NewerThan { get; init; }

    public HlcTimestamp? OlderThan { get; init; }
}

/// <summary>What SHOW BACKUP shows.</summary>
internal enum ShowBackupKind
{
    Objects,
    Schemas,
    Files,
    Ranges,
    Validate,
}

/// <summary>SHOW BACKUP.</summary>
internal sealed record BoundShowBackup(ShowBackupKind Kind, string Collection) : BoundStatement
{
    /// <summary>The sub-directory; null for LATEST; empty for a backup at the location itself.</summary>
    public string? Subdirectory { get; init; }

    /// <summary>An id that SHOW BACKUPS shows may stand in place of the sub-directory.</summary>
    public bool WithIds { get; init; }

    public string? IncrementalLocation { get; init; }

    /// <summary>What opens the chain; null for a clear one.</summary>
    public BackupKeys? Keys { get; init; }

    public bool AsJson { get; init; }

    public bool CheckFiles { get; init; }

    public bool DebugIds { get; init; }

    public bool Privileges { get; init; }

    public bool SkipSize { get; init; }

    /// <summary>Share of the data files that VALIDATE reads, from 0 to 1.</summary>
    public double Sample { get; init; } = 1;
}

/// <summary>SHOW JOBS, SHOW JOB.</summary>
internal sealed record BoundShowJobs : BoundStatement
{
    /// <summary>The jobs; null for all.</summary>
    public IReadOnlyList<long>? Ids { get; init; }

    /// <summary>The schedules whose jobs they are; null for no matter whose.</summary>
    public IReadOnlyList<long>? Schedules { get; init; }

    public bool WhenComplete { get; init; }

    public bool ExecutionDetails { get; init; }

    /// <summary>SHOW JOB gives the whole description, SHOW JOBS its start.</summary>
    public bool WholeDescription { get; init; }
}

/// <summary>ALTER JOB … OWNER TO.</summary>
/// <param name="Id">The job.</param>
/// <param name="Owner">The user whose it becomes.</param>
/// <param name="Place">Where the statement names the job.</param>
internal sealed record BoundAlterJobOwner(long Id, string Owner, TextPlace Place) : BoundStatement;

/// <summary>What is done with jobs.</summary>
internal enum JobCommand
{
    Pause,
    Resume,
    Cancel,
}

/// <summary>PAUSE, RESUME, CANCEL JOB(S).</summary>
internal sealed record BoundControlJobs(JobCommand Command) : BoundStatement
{
    /// <summary>The jobs; null for all of <see cref="Type"/>.</summary>
    public IReadOnlyList<long>? Ids { get; init; }

    /// <summary>BACKUP or RESTORE: all jobs of that type that can be controlled.</summary>
    public string? Type { get; init; }

    /// <summary>The schedules whose jobs they are, all of those that can be controlled; null otherwise.</summary>
    public IReadOnlyList<long>? Schedules { get; init; }

    public string? Reason { get; init; }
}
