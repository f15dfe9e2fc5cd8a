using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning;

/// <summary>The layers that a restore merges, and the objects that there were at its time.</summary>
/// <param name="Layers">The full layer and the increments up to the one that covers the time.</param>
/// <param name="At">The time.</param>
/// <param name="Objects">The objects at that time.</param>
internal sealed record RestorePoint(
    IReadOnlyList<ChainLayer> Layers, HlcTimestamp At, IReadOnlyList<ObjectDescriptor> Objects)
{
    /// <summary>The layer that covers the time.</summary>
    public BackupManifest Manifest => Layers[^1].Manifest;

    /// <summary>The time where it lies inside the layer's history; null where it is the layer's end.</summary>
    public HlcTimestamp? BeforeEnd => At == Manifest.End ? null : At;

    /// <summary>The partitions by which a table was written; none for a table that was written as a whole.</summary>
    public IReadOnlyList<string> PartitionsOf(TableDescriptor table) =>
        [.. Manifest.Spaces.Select(entry => entry.Space).OfType<TableSpace>()
            .Where(space => space.Database == table.Database && space.TableId == table.Id)
            .Select(space => space.Partition).OfType<string>()];

    /// <summary>Refuses a table of which the layer does not know the rows at the time.</summary>
    /// <param name="table">A table that was written as rows.</param>
    /// <param name="partition">The partition wanted; null for a table that was written as a whole.</param>
    /// <exception cref="BackupSqlException">22008 the time lies inside the layer's history.</exception>
    public void RequireRows(TableDescriptor table, string? partition)
    {
        if (BeforeEnd is { } time
            && Manifest.Find(new TableSpace(table.Database, table.Id) { Partition = partition }) is { } entry
            && (!entry.AllVersions || time <= entry.VersionsFrom))
        {
            throw Errors.TableWithoutHistory(
                table.Name, time.ToDateTimeOffset(),
                Manifest.Start.IsZero ? null : Manifest.Start.ToDateTimeOffset(), Manifest.End.ToDateTimeOffset());
        }
    }

    /// <summary>
    /// Picks the layers for a time: the end of a layer, or any time inside the history of one; without a time, the
    /// whole chain.
    /// </summary>
    public static RestorePoint Choose(Chain chain, HlcTimestamp? asOf)
    {
        var covering = asOf is { } time ? chain.Cover(time) : chain;
        var manifest = covering.Newest.Manifest;
        var at = asOf ?? manifest.End;
        return new RestorePoint(
            covering.Layers, at, at == manifest.End ? manifest.Objects : ObjectsAt(manifest, at));
    }

    /// <summary>
    /// The objects at a time inside the layer's history: of an object that changed in it, the last definition before
    /// that time. The history starts with the definitions at its own start, so that none is missing.
    /// </summary>
    private static List<ObjectDescriptor> ObjectsAt(BackupManifest manifest, HlcTimestamp at)
    {
        var changed = manifest.SchemaChanges
            .GroupBy(change => (change.Database, change.ObjectId))
            .ToDictionary(group => group.Key, group => group.LastOrDefault(change => change.Time <= at)?.Descriptor);
        var kept = manifest.Objects.Where(
            o => !changed.ContainsKey((o.Database, o.Id)) && !changed.ContainsKey((null, o.Id)));
        return InOrder(kept.Concat(changed.Values.OfType<ObjectDescriptor>()).OrderBy(CreationRank));
    }

    /// <summary>Puts each object after those that it depends on; else the order stays.</summary>
    private static List<ObjectDescriptor> InOrder(IEnumerable<ObjectDescriptor> objects)
    {
        var all = objects.ToList();
        var byId = all.ToDictionary(o => (o.Database, o.Id));
        var seen = new HashSet<ObjectDescriptor>(ReferenceEqualityComparer.Instance);
        var ordered = new List<ObjectDescriptor>(all.Count);
        foreach (var o in all)
            Take(o);
        return ordered;

        void Take(ObjectDescriptor o)
        {
            if (!seen.Add(o))
                return;
            foreach (var id in o.DependsOn)
            {
                if (byId.TryGetValue((o.Database, id), out var needed))
                    Take(needed);
            }

            ordered.Add(o);
        }
    }

    private static int CreationRank(ObjectDescriptor descriptor) => descriptor switch
    {
        DatabaseDescriptor => 0,
        SchemaDescriptor => 1,
        TypeDescriptor => 2,
        FunctionDescriptor => 3,
        SequenceDescriptor => 4,
        TableDescriptor => 5,
        ViewDescriptor => 6,
        _ => 7,
    };
}
