using System.Buffers;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Deletes layers. A tombstone comes first: from then on they are dropped, whatever happens. Then the manifests go, the
/// newest first, so that what can still be seen of a chain always restores; then everything else; the tombstone last.
/// Every step may be repeated, so that anybody can finish what another left.
/// </summary>
/// <param name="collection">The collection.</param>
/// <param name="places">Where else increments lie.</param>
/// <param name="random">Gives tombstones their names.</param>
/// <param name="time">Tells how old a tombstone is.</param>
internal sealed class ChainDrop(
    Collection collection, IReadOnlyList<IncrementPlace> places, IRandomSource random, TimeProvider time)
{
    /// <summary>How long a listing may lag so that what it hid of a dropped layer is deleted after all.</summary>
    private static readonly TimeSpan LongestLag = TimeSpan.FromHours(1);

    private const int NamePrefixDigits = 16;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Drops layers.</summary>
    /// <param name="tombstone">Which.</param>
    /// <param name="findUser">
    /// Finds somebody who needs them. Asked again after the tombstone is there: who comes later sees that.
    /// </param>
    /// <param name="forget">
    /// Called once it is decided and before the tombstone goes: nobody may remember what no tombstone excuses.
    /// </param>
    /// <param name="cancellationToken">Ends the call; the next drop finishes what is not done.</param>
    /// <returns>Who needs them; nothing is dropped then. Null otherwise.</returns>
    public async Task<string?> RunAsync(
        Tombstone tombstone, Func<CancellationToken, Task<string?>> findUser, Func<CancellationToken, Task> forget,
        CancellationToken cancellationToken)
    {
        if (await findUser(cancellationToken).ConfigureAwait(false) is { } early)
            return early;
        var stone = await collection.Tombstones.PutAsync(tombstone, random, cancellationToken).ConfigureAwait(false);
        if (await findUser(cancellationToken).ConfigureAwait(false) is { } user)
        {
            await collection.Main.DeleteAsync(stone, cancellationToken).ConfigureAwait(false);
            return user;
        }

        await forget(cancellationToken).ConfigureAwait(false);
        await DeleteAsync(tombstone, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task DeleteAsync(Tombstone tombstone, CancellationToken cancellationToken)
    {
        // The full backup's directory sorts apart from its increments, and theirs sort by their ends.
        var full = tombstone.Layers.FirstOrDefault(
            layer => layer is { Place: null } && layer.Directory == tombstone.Chain);
        var newestFirst = tombstone.Layers.Where(layer => layer != full)
            .OrderByDescending(layer => layer.Directory, StringComparer.Ordinal).ToList();
        if (full is not null)
        {
            newestFirst.Add(full);
            await collection.MoveLatestAsync(full.Directory, cancellationToken).ConfigureAwait(false);
        }

        foreach (var layer in newestFirst)
        {
            await StoreOf(layer).DeleteAsync(
                CollectionLayout.Join(layer.Directory, CollectionLayout.Manifest), cancellationToken)
                    .ConfigureAwait(false);
        }

        foreach (var store in places.Select(place => place.Store).Append(collection.Main))
            await store.RemoveUnfinishedAsync("", cancellationToken).ConfigureAwait(false);
        foreach (var layer in newestFirst)
            await DeleteObjectsAsync(StoreOf(layer), layer.Directory, cancellationToken).ConfigureAwait(false);
        foreach (var id in newestFirst.Select(layer => layer.LayerId).OfType<string>())
        {
            await collection.Notes.DeleteAsync(id, cancellationToken).ConfigureAwait(false);
            await DeleteClaimsAsync(id, cancellationToken).ConfigureAwait(false);
        }

        if (full is not null)
            await collection.Hints.DeleteAsync(full.Directory, full.LayerId, cancellationToken).ConfigureAwait(false);
        if (full is not null)
            await DeletePlaceNotesAsync(full, cancellationToken).ConfigureAwait(false);
        if (full is { Directory.Length: 0 })
            await DeleteClaimsAsync(null, cancellationToken).ConfigureAwait(false);
        await DeleteTombstonesAsync(tombstone, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes what belongs to the layer and nothing else. No other layer can be in the making there: a directory with
    /// a tombstone is not given away.
    /// </summary>
    private static async Task DeleteObjectsAsync(
        IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var below in new[] { "", CollectionLayout.Data, "progress/" })
        {
            var request = new ListRequest
            {
                Prefix = CollectionLayout.Join(directory, below),
                // Data lies at the locations of all localities, and only a list without directories goes through them.
                Delimiter = below == CollectionLayout.Data ? null : "/",
            };
            await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (!entry.IsPrefix && IsOfLayer(below, entry.Name.AsSpan(request.Prefix.Length)))
                    names.Add(entry.Name);
            }
        }

        await store.DeleteManyAsync(names, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsOfLayer(string below, ReadOnlySpan<char> name) => below switch
    {
        "" => name.StartsWith(CollectionLayout.LockPrefix) || name.StartsWith("ENCRYPTION-INFO")
            || name.StartsWith("BACKUP_PART_"),
        CollectionLayout.Data => name.Length > NamePrefixDigits + 1 && name[NamePrefixDigits] == '-'
            && !name[..NamePrefixDigits].ContainsAnyExcept(Hexadecimal)
            && !LocalityStore.WithoutTag(name[(NamePrefixDigits + 1)..]).ContainsAnyExceptInRange('0', '9'),
        _ => name.StartsWith("BACKUP-CHECKPOINT"),
    };

    // At a location that is one backup there are no others, and what stood on it was of the chain below.
    private async Task DeletePlaceNotesAsync(DroppedLayer full, CancellationToken cancellationToken)
    {
        var isAlone = full.Directory.Length == 0;
        if (isAlone || full.LayerId is not null)
        {
            await new PlaceNotes(collection.Main).DeleteAsync(isAlone ? null : full.LayerId, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Deletes the claims on a dropped layer, which lie where the next one would have gone, or all claims at a location
    /// that was one backup: its own, on a layer that lies elsewhere, is among them.
    /// </summary>
    private async Task DeleteClaimsAsync(string? parentId, CancellationToken cancellationToken)
    {
        IEnumerable<IObjectStore> stores =
            parentId is null ? [collection.Main] : [.. places.Select(place => place.Store), collection.Main];
        foreach (var place in stores)
        {
            var request = new ListRequest
            {
                Prefix = CollectionLayout.NextPrefix + (parentId is null ? "" : $"{parentId}/"),
            };
            var claims = await place.ListAsync(request, cancellationToken).Select(entry => entry.Name)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
            await place.DeleteManyAsync(claims, cancellationToken).ConfigureAwait(false);
        }
    }

    // Those of others who set out to drop the same layers, or were to, are fulfilled too.
    private async Task DeleteTombstonesAsync(Tombstone tombstone, CancellationToken cancellationToken)
    {
        var all = await collection.Tombstones.ReadAsync(cancellationToken).ConfigureAwait(false);
        var fulfilled = all.Where(
            pair => pair.Value.Chain == tombstone.Chain && !pair.Value.Layers.Except(tombstone.Layers).Any());
        foreach (var (name, _) in fulfilled.Skip(MayHaveMissedSome(tombstone) ? 1 : 0))
            await collection.Main.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    // Where listings lag, objects of the layers may not have shown yet: the next drop after that time looks again.
    private bool MayHaveMissedSome(Tombstone tombstone) =>
        tombstone.Time > time.GetUtcNow() - LongestLag
        && places.Select(place => place.Store).Append(collection.Main)
            .Any(store => !store.Capabilities.HasFlag(StoreCapabilities.StrongListing));

    private IObjectStore StoreOf(DroppedLayer layer) => layer.Place is null
        ? collection.Main
        : places.FirstOrDefault(place => place.Location == layer.Place)?.Store
            ?? throw Errors.PlaceUnknown(layer.Place);
}
