using Backup.Sql.Catalog;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>A layer that is committed: where it lies and its manifest.</summary>
internal sealed class ChainLayer
{
    private Dictionary<Space, SpaceManifest>? _spaces;

    /// <summary>The store that holds it.</summary>
    public required IObjectStore Store { get; init; }

    /// <summary>Its directory in the store; empty for the location itself.</summary>
    public required string Directory { get; init; }

    /// <summary>Its manifest.</summary>
    public required BackupManifest Manifest { get; init; }

    /// <summary>Where it starts.</summary>
    public HlcTimestamp Start => Manifest.Start;

    /// <summary>The time that it restores.</summary>
    public HlcTimestamp End => Manifest.End;

    /// <summary>Finds what the layer says of a space, also where it has thousands of them.</summary>
    /// <param name="space">The space.</param>
    /// <returns>Its entry, or null.</returns>
    public SpaceManifest? Find(Space space) =>
        (_spaces ??= Manifest.Spaces.ToDictionary(entry => entry.Space)).GetValueOrDefault(space);

    /// <summary>The name of one of its objects in the store.</summary>
    /// <param name="name">The name below the layer's directory.</param>
    /// <returns>The object's name.</returns>
    public string PathOf(string name) => CollectionLayout.Join(Directory, name);

    /// <summary>The layer's directory, or what stands for it in a message.</summary>
    /// <returns>Text for people.</returns>
    public override string ToString() => Directory.Length == 0 ? "." : Directory;
}
