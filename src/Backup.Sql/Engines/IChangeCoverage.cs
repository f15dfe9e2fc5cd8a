using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Engines;

/// <summary>
/// Of snapshots that cannot give the changes of every table since any time: tells before an export whether all of them
/// are known. What is not covered is written in full.
/// </summary>
public interface IChangeCoverage
{
    /// <summary>Tells whether an export with a window from a time on gives every key that changed.</summary>
    /// <param name="space">A table of the snapshot.</param>
    /// <param name="start">Where the window starts.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when some of the changes may be unknown.</returns>
    ValueTask<bool> CoversAsync(Space space, HlcTimestamp start, CancellationToken cancellationToken = default);
}
