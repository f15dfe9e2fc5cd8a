using Backup.Sql.Collections.Format;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// The digests of the pages of a page space at a chain's end, out of the digest files of its layers. Read window by
/// window, so that a database of any size takes little memory.
/// </summary>
internal sealed class PageBase
{
    private readonly IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> _layers;
    private readonly IReadOnlyList<DataFile> _kept;
    private readonly DataFileCache _cache;

    private PageBase(
        IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> layers,
        IReadOnlyList<DataFile> kept,
        CompressionCodecs codecs)
    {
        _layers = layers;
        _kept = kept;
        _cache = new DataFileCache(codecs);
    }

    /// <summary>Finds the digests that an increment can compare with.</summary>
    /// <param name="chain">The chain that the increment extends.</param>
    /// <param name="space">The page space.</param>
    /// <param name="shape">Its shape now.</param>
    /// <param name="codecs">The codecs of the digest files.</param>
    /// <returns>
    /// Null when the space is new or its page size has changed: then all of it goes into the increment.
    /// </returns>
    public static PageBase? Find(Chain chain, PageSpace space, SpaceShape shape, CompressionCodecs codecs)
    {
        if (chain.Newest.Find(space) is not { } below || below.Shape.PageSize != shape.PageSize)
            return null;
        return new PageBase(chain.LayersOf(space), [], codecs);
    }

    /// <summary>
    /// The digests of pages that the layer in the making holds already, on top of those of its chain.
    /// </summary>
    /// <param name="below">The chain's; null for a space that goes into the layer in full.</param>
    /// <param name="kept">The layer's digest files.</param>
    /// <param name="codecs">The codecs of the digest files.</param>
    /// <returns>Both.</returns>
    public static PageBase With(PageBase? below, IReadOnlyList<DataFile> kept, CompressionCodecs codecs) =>
        new(below?._layers ?? [], kept, codecs);

    /// <summary>The digests of layers, to be added up by <see cref="SumEachAsync"/>.</summary>
    /// <param name="layers">Layers as <see cref="Chain.LayersOf"/> gives them, or the lower ones of those.</param>
    /// <param name="codecs">The codecs of the digest files.</param>
    /// <returns>The digests.</returns>
    public static PageBase Of(
        IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> layers, CompressionCodecs codecs) =>
        new(layers, [], codecs);

    /// <summary>Reads the digests of some pages.</summary>
    /// <param name="window">Says which pages; is filled.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask LoadAsync(PageWindow window, CancellationToken cancellationToken)
    {
        var range = PageDigests.RangeOf(window);
        for (var rank = _layers.Count - 1; rank >= 0; rank--)
            await OverlayLayerAsync(rank, range, window, cancellationToken).ConfigureAwait(false);
        await OverlayAsync(_kept, range, window, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Adds up the digests of all pages as they were at the end of each layer, reading every digest once.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The sums in the order of the layers; they count the pages that have a digest.</returns>
    public async ValueTask<IReadOnlyList<FingerprintAccumulator>> SumEachAsync(CancellationToken cancellationToken)
    {
        var sums = _layers.Select(_ => new FingerprintAccumulator()).ToList();
        var last = _layers.Max(layer => layer.Space.Shape.PageCount);
        var window = new PageWindow();
        for (long page = 1; page <= last; page += PageWindow.Pages)
        {
            window.MoveTo(page);
            var range = PageDigests.RangeOf(window);
            for (var rank = _layers.Count - 1; rank >= 0; rank--)
            {
                await OverlayLayerAsync(rank, range, window, cancellationToken).ConfigureAwait(false);
                window.AddTo(sums[rank]);
            }
        }

        return sums;
    }

    private async ValueTask OverlayLayerAsync(
        int rank, KeySpan range, PageWindow window, CancellationToken cancellationToken)
    {
        var (layer, space) = _layers[rank];
        await OverlayAsync(space.DigestFiles.Select(file => DataFile.Of(layer, file)), range, window, cancellationToken)
            .ConfigureAwait(false);
        window.ForgetAfter(space.Shape.PageCount);
    }

    // A layer that was written in several turns may hold a page twice: the later file counts.
    private async ValueTask OverlayAsync(
        IEnumerable<DataFile> files, KeySpan range, PageWindow window, CancellationToken cancellationToken)
    {
        foreach (var file in files.Where(file => file.Overlaps(range)).OrderBy(file => file.Entry.Id))
        {
            await OverlayAsync(new RunCursor([file], range, _cache, rank: 0, null), window, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static async ValueTask OverlayAsync(
        RunCursor cursor, PageWindow window, CancellationToken cancellationToken)
    {
        await using (cursor.ConfigureAwait(false))
        {
            while (await cursor.LoadAsync(cancellationToken).ConfigureAwait(false))
            {
                do
                    PageDigests.Overlay(cursor.Rows, window);
                while (cursor.Advance());
            }
        }
    }
}
