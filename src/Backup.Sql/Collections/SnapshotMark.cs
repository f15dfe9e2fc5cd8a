namespace Backup.Sql.Collections;

/// <summary>What makes a full layer a snapshot: it has a label, and nothing is ever appended to it.</summary>
/// <param name="Label">Its label, unique in the collection.</param>
/// <param name="Database">The database that it was taken of.</param>
internal sealed record SnapshotMark(string Label, string Database)
{
    /// <summary>When it may be removed; null for never by itself.</summary>
    public DateTimeOffset? Expires { get; init; }
}
