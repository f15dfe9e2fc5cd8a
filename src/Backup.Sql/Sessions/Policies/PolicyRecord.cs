using Backup.Sql.Binding;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Policies;

/// <summary>How many backups of a cycle a policy keeps.</summary>
internal sealed record PolicyRule(RetentionCycle Cycle, long Count);

/// <summary>A backup that a policy was to take and did not.</summary>
/// <param name="Time">When it was due.</param>
/// <param name="Database">Of which database.</param>
/// <param name="Reason"><c>DatabaseDisabled</c>, <c>BackupInProgress</c> or <c>OperatorDown</c>.</param>
/// <param name="Message">What that means here.</param>
internal sealed record MissedBackup(DateTimeOffset Time, string Database, string Reason, string Message);

/// <summary>What is kept of a backup policy. Holds no secret.</summary>
internal sealed record PolicyRecord
{
    /// <summary>So many missed backups are remembered one by one.</summary>
    private const int MostMissed = 200;

    public required string Name { get; init; }

    /// <summary>In whose name its backups are taken.</summary>
    public required string Owner { get; init; }

    public required PolicySelection Selection { get; init; }

    public required IReadOnlyList<string> Items { get; init; }

    public required string SelectorText { get; init; }

    /// <summary>The BACKUP statement without its targets, secrets replaced by references to the vault.</summary>
    public required string Backup { get; init; }

    public required string Recurrence { get; init; }

    public IReadOnlyList<PolicyRule> Retain { get; init; } = [];

    public IReadOnlyList<string> Labels { get; init; } = [];

    public bool Suspended { get; init; }

    /// <summary>The time that it last ran for; null before.</summary>
    public DateTimeOffset? LastSchedule { get; init; }

    /// <summary>When it is due next; not heeded while it is suspended.</summary>
    public required DateTimeOffset NextRun { get; init; }

    /// <summary>The newest of the missed backups, oldest first.</summary>
    public IReadOnlyList<MissedBackup> Missed { get; init; } = [];

    /// <summary>All that were ever missed.</summary>
    public long MissedCount { get; init; }

    /// <summary>The record with more missed backups.</summary>
    public PolicyRecord Miss(IReadOnlyCollection<MissedBackup> more) => more.Count == 0 ? this : this with
    {
        Missed = [.. Missed.Concat(more).TakeLast(MostMissed)],
        MissedCount = MissedCount + more.Count,
    };
}
