namespace Backup.Sql.Sessions.Snapshots;

/// <summary>What SHOW SNAPSHOT tells of one snapshot, as JSON.</summary>
/// <param name="Path">The backup's sub-directory: what SHOW BACKUP FROM … IN takes.</param>
/// <param name="ClusterId">The cluster that it was taken of.</param>
/// <param name="Expires">When it goes by itself; null for never.</param>
/// <param name="Objects">What it holds.</param>
internal sealed record SnapshotDetails(
    string Path, string ClusterId, DateTimeOffset? Expires, IReadOnlyList<SnapshotDetails.Item> Objects)
{
    /// <summary>One object.</summary>
    /// <param name="Type">Its kind.</param>
    /// <param name="Name">Its name.</param>
    internal sealed record Item(string Type, string Name)
    {
        public IReadOnlyList<string>? Partitions { get; init; }

        public long? Rows { get; init; }

        public long? SizeBytes { get; init; }
    }
}
