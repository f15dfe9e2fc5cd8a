using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>A full layer and its increments, each starting exactly where the one before it ended.</summary>
internal sealed class Chain
{
    private Chain(string subdirectory, IReadOnlyList<ChainLayer> layers)
    {
        Subdirectory = subdirectory;
        Layers = layers;
    }

    /// <summary>Directory of the full layer; empty for the location itself.</summary>
    public string Subdirectory { get; }

    /// <summary>The layers, the full one first. At least one.</summary>
    public IReadOnlyList<ChainLayer> Layers { get; }

    /// <summary>The full layer.</summary>
    public ChainLayer Full => Layers[0];

    /// <summary>The newest layer.</summary>
    public ChainLayer Newest => Layers[^1];

    /// <summary>The newest time that the chain restores.</summary>
    public HlcTimestamp End => Newest.End;

    /// <summary>What a plan that was made from this chain assumes.</summary>
    public CollectionState State => new(Full.Manifest.LayerId, Newest.Manifest.LayerId);

    /// <summary>Orders layers to a chain.</summary>
    /// <param name="subdirectory">Directory of the full layer.</param>
    /// <param name="full">The full layer.</param>
    /// <param name="increments">The other layers, in any order.</param>
    /// <returns>The chain.</returns>
    /// <exception cref="BackupSqlException">
    /// BS001 the layers do not join up; BS003 they are of several clusters.
    /// </exception>
    public static Chain Build(string subdirectory, ChainLayer full, IReadOnlyCollection<ChainLayer> increments) =>
        new(subdirectory, ChainOrder.Of(full, increments));

    /// <summary>The part of the chain that restores a time.</summary>
    /// <param name="time">The time: a layer's end, or any time in the window of a layer with revision history.</param>
    /// <returns>The chain up to the layer that covers the time.</returns>
    /// <exception cref="BackupSqlException">
    /// 22008 the chain cannot restore that time; the nearest ones are named.
    /// </exception>
    public Chain Cover(HlcTimestamp time)
    {
        var count = 1;
        while (count <= Layers.Count && Layers[count - 1].End < time)
            count++;
        if (count > Layers.Count)
            throw Errors.TimeBeyondChain(time.ToDateTimeOffset(), End.ToDateTimeOffset());
        var layer = Layers[count - 1];
        if (layer.End != time)
            RequireHistory(layer, time);
        return new Chain(Subdirectory, [.. Layers.Take(count)]);
    }

    /// <summary>The layers that hold rows of a space, newest first, down to the one that holds all of it.</summary>
    /// <param name="space">A space of the newest layer.</param>
    /// <returns>At least one layer, the last one with coverage full.</returns>
    /// <exception cref="BackupSqlException">BS001 a layer that must know the space does not.</exception>
    public IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> LayersOf(Space space)
    {
        var found = new List<(ChainLayer, SpaceManifest)>();
        for (var i = Layers.Count - 1; i >= 0; i--)
        {
            var entry = Layers[i].Find(space)
                ?? throw Errors.SpaceMissingInChain(Layers[i].ToString(), Newest.Manifest.Describe(space));
            if (entry.Coverage != SpaceCoverage.Unchanged)
                found.Add((Layers[i], entry));
            if (entry.Coverage == SpaceCoverage.Full)
                return found;
        }

        throw Errors.SpaceMissingInChain(Full.ToString(), Newest.Manifest.Describe(space));
    }

    private void RequireHistory(ChainLayer layer, HlcTimestamp time)
    {
        if (layer.Manifest.RevisionStart is { } from)
        {
            if (time <= from)
                throw Errors.TimeBeforeHistory(time.ToDateTimeOffset(), from.ToDateTimeOffset());
        }
        else if (layer == Full)
        {
            throw Errors.TimeBeforeChain(time.ToDateTimeOffset(), layer.End.ToDateTimeOffset());
        }
        else
        {
            throw Errors.TimeWithoutHistory(
                time.ToDateTimeOffset(), layer.Start.ToDateTimeOffset(), layer.End.ToDateTimeOffset());
        }
    }
}
