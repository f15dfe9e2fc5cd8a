using Backup.Sql.Collections.Format;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>Finds the increments of full backups: below the collection, or at a location of their own.</summary>
/// <param name="main">The store of the full backups.</param>
/// <param name="elsewhere">The store of the increments; null for below the collection.</param>
internal sealed class ChainIncrements(IObjectStore main, IObjectStore? elsewhere)
{
    private const int MaxConcurrentReads = 8;

    /// <summary>The store that the increments lie in.</summary>
    public IObjectStore Store => elsewhere ?? main;

    /// <summary>Directory below which the increments of a full backup lie.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup; empty for one at the location itself.</param>
    /// <param name="elsewhere">True for another place than the collection.</param>
    /// <returns>The directory with a slash at its end; empty for the location itself.</returns>
    public static string RootOf(string subdirectory, bool elsewhere) =>
        subdirectory.Length == 0 ? ""
            : elsewhere ? subdirectory + "/"
            : $"{CollectionLayout.Incrementals}{subdirectory}/";

    /// <summary>Directory below which the increments of a full backup lie.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup; empty for the location itself.</param>
    /// <returns>The directory with a slash at its end; empty for the location itself.</returns>
    public string RootOf(string subdirectory) => RootOf(subdirectory, elsewhere is not null);

    /// <summary>Finds the manifests of a full backup's increments.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their directories.</returns>
    public async Task<IReadOnlyList<string>> FindAsync(
        string subdirectory, CancellationToken cancellationToken = default)
    {
        var root = RootOf(subdirectory);
        var found = new List<string>();
        var request = new ListRequest { Prefix = root, Delimiter = CollectionLayout.Data };
        await foreach (var entry in Store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.IsPrefix
                && CollectionLayout.TryGetManifestDirectory(entry.Name, out var directory)
                && directory.Length > root.Length
                && CollectionLayout.IsIncrementDirectory(directory.AsSpan(root.Length))
                && !await ManifestFile.IsVoidAsync(Store, entry.Name, entry.Length, cancellationToken)
                    .ConfigureAwait(false))
                found.Add(directory);
        }

        return found;
    }

    /// <summary>
    /// Reads the manifests of a full backup's increments. What a listing does not show yet is found from the layer
    /// below it, by name.
    /// </summary>
    /// <param name="full">The full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layers.</returns>
    public async Task<IReadOnlyList<ChainLayer>> LoadAsync(ChainLayer full, CancellationToken cancellationToken)
    {
        var directories = await FindAsync(full.Directory, cancellationToken).ConfigureAwait(false);
        var found = await ReadAllAsync(
            directories, (directory, token) => ChainLayer.LoadAsync(Store, directory, full.Key, token),
            cancellationToken)
            .ConfigureAwait(false);
        var layers = found.ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var below = full; seen.Add(below.Manifest.LayerId);)
        {
            var next = layers.Find(layer => layer.Manifest.ParentLayerId == below.Manifest.LayerId);
            if (next is null)
            {
                if (await ChildClaim.FindChildAsync(Store, below.Manifest.LayerId, cancellationToken)
                    .ConfigureAwait(false) is not { } unlisted)
                    break;
                next = await ChainLayer.LoadAsync(Store, unlisted, full.Key, cancellationToken).ConfigureAwait(false);
                layers.Add(next);
            }

            below = next;
        }

        return layers;
    }

    /// <summary>
    /// Reads the envelopes of a full backup's increments, found as <see cref="LoadAsync"/> finds them.
    /// </summary>
    /// <param name="full">The full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layers.</returns>
    public async Task<IReadOnlyList<FoundLayer>> FindLayersAsync(FoundLayer full, CancellationToken cancellationToken)
    {
        var directories = await FindAsync(full.Directory, cancellationToken).ConfigureAwait(false);
        var layers = (await FindLayersAsync(directories, cancellationToken).ConfigureAwait(false)).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var below = full; seen.Add(below.LayerId);)
        {
            var next = layers.Find(layer => layer.ParentLayerId == below.LayerId);
            if (next is null)
            {
                if (await ChildClaim.FindChildAsync(Store, below.LayerId, cancellationToken)
                    .ConfigureAwait(false) is not { } unlisted)
                    break;
                next = (await FindLayersAsync([unlisted], cancellationToken).ConfigureAwait(false))[0];
                layers.Add(next);
            }

            below = next;
        }

        return layers;
    }

    /// <summary>Reads the envelopes of the increments that a chain does not know.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layers.</returns>
    public async Task<IReadOnlyList<FoundLayer>> FindOthersAsync(Chain chain, CancellationToken cancellationToken)
    {
        var directories = await FindAsync(chain.Subdirectory, cancellationToken).ConfigureAwait(false);
        var known = chain.Layers.Select(layer => layer.Directory).ToHashSet(StringComparer.Ordinal);
        return await FindLayersAsync(
            [.. directories.Where(directory => !known.Contains(directory))], cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<FoundLayer>> FindLayersAsync(
        IReadOnlyList<string> directories, CancellationToken cancellationToken) => await ReadAllAsync(
            directories,
            async (directory, token) => new FoundLayer(
                directory, await ManifestFile.RequireEnvelopeAsync(Store, directory, token).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);

    private static async Task<T[]> ReadAllAsync<T>(
        IReadOnlyList<string> directories,
        Func<string, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var results = new T[directories.Count];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = MaxConcurrentReads,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, directories.Count, options, async (i, token) =>
            results[i] = await read(directories[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }
}
