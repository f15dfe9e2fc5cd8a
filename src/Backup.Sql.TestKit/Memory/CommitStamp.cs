using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// When a transaction committed: shared by all its versions, so that all of them become visible by one assignment.
/// </summary>
internal sealed class CommitStamp
{
    /// <summary>After all history while the transaction is open: no reader sees its versions.</summary>
    public HlcTimestamp At { get; set; } = HlcTimestamp.MaxValue;
}
