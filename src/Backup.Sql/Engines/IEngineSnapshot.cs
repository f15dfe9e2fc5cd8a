using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Engines;

/// <summary>
/// One consistent point of some databases. Exports of different spans may run concurrently, on as many threads as the
/// caller likes.
/// </summary>
public interface IEngineSnapshot : IAsyncDisposable
{
    /// <summary>The snapshot's time, in whole microseconds. Later snapshots of a cluster have later times.</summary>
    HlcTimestamp Timestamp { get; }

    /// <summary>The catalog at that point. It lives as long as the snapshot; the caller does not dispose it.</summary>
    ICatalogReader Catalog { get; }

    /// <summary>Tells the shape of a space.</summary>
    /// <param name="space">A table or database of the snapshot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its shape.</returns>
    ValueTask<SpaceShape> DescribeAsync(Space space, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cuts a space into spans that together cover every key exactly once, in ascending order, each of about the bytes
    /// asked for.
    /// </summary>
    /// <param name="space">A table or database of the snapshot.</param>
    /// <param name="targetBytes">Wanted bytes per span before compression.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>One span or more.</returns>
    ValueTask<IReadOnlyList<KeySpan>> SplitAsync(
        Space space, long targetBytes, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the rows of a span: keys ascend in byte order when <see cref="SpaceShape.Ordered"/>; the versions of one
    /// key, newest first.
    /// </summary>
    /// <remarks>
    /// An engine with <see cref="EngineCapabilities.RevisionHistory"/> also describes, splits and exports tables that
    /// were dropped before the snapshot's time and whose history is still kept.
    /// </remarks>
    /// <param name="space">A table or database of the snapshot.</param>
    /// <param name="span">One of the spans of <see cref="SplitAsync"/>, or any other range of keys.</param>
    /// <param name="window">Which versions.</param>
    /// <param name="sink">Takes the rows; when it says so it must be flushed before the next row.</param>
    /// <param name="cancellationToken">Ends the export.</param>
    ValueTask ExportAsync(
        Space space, KeySpan span, ExportWindow window, IRowVersionSink sink,
        CancellationToken cancellationToken = default);
}
