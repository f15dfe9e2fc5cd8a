using Backup.Sql.Collections;

namespace Backup.Sql.Execution.Jobs;

/// <summary>What a finished job came to.</summary>
/// <param name="Rows">Rows backed up or restored; for page spaces the rows of the database's tables.</param>
/// <param name="IndexEntries">Entries of secondary indexes that belong to them.</param>
/// <param name="Bytes">Bytes of keys and values before compression.</param>
internal sealed record JobOutcome(long Rows, long IndexEntries, long Bytes)
{
    /// <summary>The pause in which a backup was taken; null for none.</summary>
    public PauseEvidence? Pause { get; init; }

    /// <summary>The layer that a BACKUP has committed; null for other jobs.</summary>
    public CommittedBackup? Backup { get; init; }

    /// <summary>The time that a backup holds; null for a restore.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>What the user should know although the job succeeded, as sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
