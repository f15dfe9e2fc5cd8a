using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections;

/// <summary>Orders layers to a chain, from what their envelopes say.</summary>
internal static class ChainOrder
{
    /// <summary>
    /// Orders layers. Where several layers end at one time the one that starts first is taken: it was compacted from
    /// the others and makes them superfluous.
    /// </summary>
    /// <typeparam name="T">What is known of a layer.</typeparam>
    /// <param name="full">The full layer.</param>
    /// <param name="increments">The other layers, in any order.</param>
    /// <returns>The layers, the full one first.</returns>
    /// <exception cref="BackupSqlException">
    /// BS001 the layers do not join up; BS003 they are of several clusters.
    /// </exception>
    public static IReadOnlyList<T> Of<T>(T full, IReadOnlyCollection<T> increments)
        where T : class, ILayerLink
    {
        if (full.Kind != LayerKind.Full)
            throw Errors.IncrementWithoutFull(full.Place);
        var byEnd = increments.GroupBy(layer => layer.End)
            .Select(group => group.MinBy(layer => layer.Start)!)
            .OrderBy(layer => layer.End)
            .ToList();
        var all = increments.Append(full).ToList();
        var chain = new List<T>();
        for (var at = byEnd.Count - 1; at >= 0;)
        {
            var layer = byEnd[at];
            Check(layer, full, all);
            chain.Add(layer);
            if (layer.Start == full.End)
                break;
            at = byEnd.FindLastIndex(at, candidate => candidate.End == layer.Start);
            if (at < 0)
                throw Errors.LayerBelowMissing(layer.Place, layer.Start.ToDateTimeOffset());
        }

        chain.Add(full);
        chain.Reverse();
        return chain;
    }

    private static void Check<T>(T layer, T full, List<T> all)
        where T : class, ILayerLink
    {
        if (layer.ClusterId != full.ClusterId)
            throw Errors.ForeignLayer(layer.Place, full.ClusterId, layer.ClusterId);
        if (layer.Kind != LayerKind.Incremental || layer.ChainId != full.LayerId)
            throw Errors.BrokenChain(layer.Place, "It was not taken on top of this full backup.");
        if (layer.Start >= layer.End)
            throw Errors.BrokenChain(layer.Place, "It does not end after it starts.");
        if (!all.Any(below => below.End == layer.Start && below.LayerId == layer.ParentLayerId))
            throw Errors.LayerBelowMissing(layer.Place, layer.Start.ToDateTimeOffset());
    }
}
