using Backup.Sql.Catalog;
using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>A layer that is committed: where it lies and its manifest.</summary>
internal sealed class ChainLayer : ILayerLink
{
    private Dictionary<Space, SpaceManifest>? _spaces;

    /// <summary>The store that holds it.</summary>
    public required IObjectStore Store { get; init; }

    /// <summary>Its directory in the store; empty for the location itself.</summary>
    public required string Directory { get; init; }

    /// <summary>Its manifest.</summary>
    public required BackupManifest Manifest { get; init; }

    /// <summary>The chain's key, which whoever loaded the layer goes on owning; null where it is not sealed.</summary>
    public ChainKey? Key { get; init; }

    /// <summary>Where it starts.</summary>
    public HlcTimestamp Start => Manifest.Start;

    /// <summary>The time that it restores.</summary>
    public HlcTimestamp End => Manifest.End;

    /// <inheritdoc/>
    public string Place => ToString();

    /// <inheritdoc/>
    public string LayerId => Manifest.LayerId;

    /// <inheritdoc/>
    public string ChainId => Manifest.ChainId;

    /// <inheritdoc/>
    public string? ParentLayerId => Manifest.ParentLayerId;

    /// <inheritdoc/>
    public LayerKind Kind => Manifest.Kind;

    /// <inheritdoc/>
    public string ClusterId => Manifest.ClusterId;

    /// <summary>Reads the manifest of a full layer, and opens the chain's key where it is sealed.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="keys">What may open it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="BackupSqlException">58P01 there is none; XX001 it is damaged; BS005 the key does not
    /// fit.</exception>
    public static async Task<ChainLayer> LoadAsync(
        IObjectStore store, string directory, ChainKeys keys, CancellationToken cancellationToken)
    {
        var stored = await ReadAsync(store, directory, cancellationToken).ConfigureAwait(false);
        if (stored.Envelope is { IsSealed: true, Kind: not LayerKind.Full })
            throw Errors.IncrementWithoutFull(directory.Length == 0 ? "." : directory);
        var key = await keys.FindAsync(stored.Envelope, store, directory, cancellationToken).ConfigureAwait(false);
        return Open(store, directory, stored, key);
    }

    /// <summary>Reads the manifest of a layer.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="key">The key of its chain; null for one that is not sealed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="BackupSqlException">58P01 there is none; XX001 it is damaged; BS006 it does not
    /// open.</exception>
    public static async Task<ChainLayer> LoadAsync(
        IObjectStore store, string directory, ChainKey? key, CancellationToken cancellationToken) =>
        Open(store, directory, await ReadAsync(store, directory, cancellationToken).ConfigureAwait(false), key);

    /// <summary>Opens a layer whose manifest was read.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="stored">Its manifest.</param>
    /// <param name="key">The key of its chain; null for one that is not sealed.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="BackupSqlException">XX001 it is damaged; BS006 it does not open.</exception>
    public static ChainLayer Open(IObjectStore store, string directory, StoredManifest stored, ChainKey? key)
    {
        var manifest = stored.Open(key);
        RequireLocations(store, manifest, stored.Path);
        return new ChainLayer { Store = store, Directory = directory, Manifest = manifest, Key = key };
    }

    /// <summary>Reads a manifest that must be there.</summary>
    /// <param name="store">Where it lies.</param>
    /// <param name="directory">The layer's directory.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The manifest, not yet opened.</returns>
    /// <exception cref="BackupSqlException">58P01 there is none; XX001 it is damaged.</exception>
    public static async Task<StoredManifest> ReadAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        var path = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        return await ManifestFile.ReadAsync(store, path, cancellationToken).ConfigureAwait(false)
            ?? throw (directory.Length == 0 ? Errors.NoBackupAtLocation() : Errors.NoBackup(directory));
    }

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

    // A location that is missing would be found out by the first file that is.
    private static void RequireLocations(IObjectStore store, BackupManifest manifest, string path)
    {
        var given = store as LocalityStore;
        if (manifest.Localities is not { } needed || given is { HasUnnamed: true })
            return;
        var missing = needed.Except(given?.Localities ?? [], StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw Errors.LocationOfLocalityMissing(path, missing);
    }
}
