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
    private readonly DataFileCache _cache;

    private PageBase(IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> layers, CompressionCodecs codecs)
    {
        _layers = layers;
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
        return new PageBase(chain.LayersOf(space), codecs);
    }

    /// <summary>Reads the digests of some pages.</summary>
    /// <param name="window">Says which pages; is filled.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask LoadAsync(PageWindow window, CancellationToken cancellationToken)
    {
        for (var rank = _layers.Count - 1; rank >= 0; rank--)
        {
            var (layer, space) = _layers[rank];
            var range = PageDigests.RangeOf(window);
            var files = space.DigestFiles.Select(file => DataFile.Of(layer, file)).Where(file => file.Overlaps(range));
            foreach (var run in RunCursor.CutIntoRuns(files))
                await OverlayAsync(new RunCursor(run, range, _cache, rank, null), window, cancellationToken)
                    .ConfigureAwait(false);
            window.ForgetAfter(space.Shape.PageCount);
        }
    }

    /// <summary>Adds up the digests of all pages.</summary>
    /// <param name="pageCount">How many pages there are.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The sum; it counts the pages that have a digest.</returns>
    public async ValueTask<FingerprintAccumulator> SumAsync(long pageCount, CancellationToken cancellationToken)
    {
        var sum = new FingerprintAccumulator();
        var window = new PageWindow();
        for (long page = 1; page <= pageCount; page += PageWindow.Pages)
        {
            window.MoveTo(page);
            await LoadAsync(window, cancellationToken).ConfigureAwait(false);
            window.AddTo(sum);
        }

        return sum;
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
