namespace Backup.Sql.Collections;

/// <summary>The layers that tombstones name.</summary>
internal sealed class DroppedLayers
{
    private readonly HashSet<string> _ids;
    private readonly HashSet<string> _directories;
    private readonly HashSet<string> _unreadable;

    public DroppedLayers(IEnumerable<DroppedLayer> layers)
    {
        var all = layers.ToList();
        _ids = all.Select(layer => layer.LayerId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        _directories = all.Select(layer => layer.Directory).ToHashSet(StringComparer.Ordinal);
        _unreadable = all.Where(layer => layer.LayerId is null).Select(layer => layer.Directory)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Nothing.</summary>
    public static DroppedLayers None { get; } = new([]);

    /// <summary>True if nothing is dropped.</summary>
    public bool IsEmpty => _directories.Count == 0;

    /// <summary>True for a layer that is dropped.</summary>
    public bool Contains(string layerId) => _ids.Contains(layerId);

    /// <summary>
    /// True for a directory that held a dropped layer. Another layer may lie there by now: its id tells.
    /// </summary>
    public bool ContainsDirectory(string directory) => _directories.Contains(directory);

    /// <summary>True for a directory whose manifest could not be read when it was dropped.</summary>
    public bool ContainsUnreadable(string directory) => _unreadable.Contains(directory);
}
