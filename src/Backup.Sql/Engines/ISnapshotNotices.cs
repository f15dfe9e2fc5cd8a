namespace Backup.Sql.Engines;

/// <summary>Of snapshots at whose opening something was found that whoever makes the backup is to know.</summary>
public interface ISnapshotNotices
{
    /// <summary>What was found, each a sentence without a full stop.</summary>
    IReadOnlyList<string> Notices { get; }
}
