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

    /// <summary>Tells from when on an export gives every version of a table's rows.</summary>
    /// <param name="space">A table of the snapshot.</param>
    /// <param name="start">Where the window starts; zero for all that is kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// The start when all of them are known since then: the default. A later time when they are known only from there
    /// on: an export from zero on gives them, and the rows that there were at that time. The snapshot's own time when
    /// nothing is known but the rows that there are in it.
    /// </returns>
    ValueTask<HlcTimestamp> GetVersionStartAsync(
        Space space, HlcTimestamp start, CancellationToken cancellationToken = default) => ValueTask.FromResult(start);

    /// <summary>Cuts what an export of changes gives, where that can be told apart from the whole table.</summary>
    /// <param name="space">A table of the snapshot whose changes are covered.</param>
    /// <param name="start">Where the window starts.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// Ranges in ascending order that together hold every key once; null, the default, where the table is to be cut as
    /// for an export of all of it.
    /// </returns>
    ValueTask<IReadOnlyList<KeySpan>?> SplitChangesAsync(
        Space space, HlcTimestamp start, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<KeySpan>?>(null);
}
