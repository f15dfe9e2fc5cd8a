using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// The tombstones of a collection: <c>metadata/dropped/&lt;16 digits&gt;</c>. As a rule there are none.
/// </summary>
internal sealed class Tombstones(IObjectStore store)
{
    /// <summary>
    /// Reads all that can be read. A damaged one hides nothing any more: what it named is there as far as it was not
    /// deleted yet, and nobody can be kept from the other backups by it.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their objects' names and what they say.</returns>
    public async Task<IReadOnlyDictionary<string, Tombstone>> ReadAsync(CancellationToken cancellationToken) =>
        (await ReadAllAsync(cancellationToken).ConfigureAwait(false)).Sound;

    /// <summary>Finds those that are damaged.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their objects' names.</returns>
    public async Task<IReadOnlyList<string>> ListDamagedAsync(CancellationToken cancellationToken) =>
        (await ReadAllAsync(cancellationToken).ConfigureAwait(false)).Damaged;

    // Whoever finishes the work deletes below these directories.
    private static Tombstone Checked(Tombstone tombstone, string name)
    {
        if (tombstone.FormatVersion > 1)
            throw Errors.NewerFormat(name, tombstone.FormatVersion);
        return CollectionLayout.IsDirectory(tombstone.Chain)
            && tombstone.Layers.All(layer =>
                CollectionLayout.IsDirectory(layer.Directory)
                && (layer.LayerId is null || ManifestRules.IsId(layer.LayerId)))
            ? tombstone
            : throw Errors.Corrupt(name, "It names what cannot be a backup.");
    }

    /// <summary>Finds what is dropped and perhaps not yet gone.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layers.</returns>
    public async Task<DroppedLayers> ReadLayersAsync(CancellationToken cancellationToken)
    {
        var all = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return all.Count == 0 ? DroppedLayers.None : new DroppedLayers(all.Values.SelectMany(one => one.Layers));
    }

    /// <summary>Puts a tombstone.</summary>
    /// <param name="tombstone">What it says.</param>
    /// <param name="random">Gives its name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its object's name.</returns>
    public async Task<string> PutAsync(Tombstone tombstone, IRandomSource random, CancellationToken cancellationToken)
    {
        var digits = new byte[8];
        random.Fill(digits);
        var name = CollectionLayout.Dropped + Convert.ToHexStringLower(digits);
        var bytes = NoteFile.Write(tombstone, CollectionsJsonContext.Default.Tombstone);
        return await store.PutIfAbsentAsync(name, bytes, cancellationToken).ConfigureAwait(false)
            ? name
            : await PutAsync(tombstone, random, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(Dictionary<string, Tombstone> Sound, List<string> Damaged)> ReadAllAsync(
        CancellationToken cancellationToken)
    {
        var names = new List<string>();
        var request = new ListRequest { Prefix = CollectionLayout.Dropped };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            names.Add(entry.Name);
        var sound = new Dictionary<string, Tombstone>(StringComparer.Ordinal);
        var damaged = new List<string>();
        foreach (var name in names)
        {
            try
            {
                if (await NoteFile.ReadAsync<Tombstone>(store, name, cancellationToken).ConfigureAwait(false)
                    is { } tombstone)
                    sound.Add(name, Checked(tombstone, name));
            }
            catch (BackupSqlException error) when (error.SqlState == SqlStates.DataCorrupted)
            {
                damaged.Add(name);
            }
        }

        return (sound, damaged);
    }
}
