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

    /// <summary>
    /// Directory below which the increments of a full backup lie in another place than the collection.
    /// </summary>
    /// <param name="subdirectory">Sub-directory of the full backup.</param>
    /// <param name="elsewhere">False for the collection itself.</param>
    /// <returns>The directory with a slash at its end.</returns>
    public static string RootOf(string subdirectory, bool elsewhere) =>
        elsewhere ? subdirectory + "/" : $"{CollectionLayout.Incrementals}{subdirectory}/";

    /// <summary>Directory below which the increments of a full backup lie.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup; empty for the location itself.</param>
    /// <returns>The directory with a slash at its end; empty for the location itself.</returns>
    public string RootOf(string subdirectory)
    {
        var below = subdirectory.Length == 0 ? "" : subdirectory + "/";
        return elsewhere is null && below.Length > 0 ? CollectionLayout.Incrementals + below : below;
    }

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
                && !ManifestFile.IsVoid(entry.Length)
                && CollectionLayout.TryGetManifestDirectory(entry.Name, out var directory)
                && directory.Length > root.Length
                && CollectionLayout.IsIncrementDirectory(directory.AsSpan(root.Length)))
                found.Add(directory);
        }

        return found;
    }

    /// <summary>Reads the manifests of a full backup's increments.</summary>
    /// <param name="subdirectory">Sub-directory of the full backup.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The layers, in the order of their names.</returns>
    public async Task<IReadOnlyList<ChainLayer>> LoadAsync(
        string subdirectory, CancellationToken cancellationToken)
    {
        var directories = await FindAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        return await ReadAllAsync(
            directories, (directory, token) => ChainLayer.LoadAsync(Store, directory, token), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Reads the envelopes of the increments that a chain does not know.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The envelopes.</returns>
    public async Task<IReadOnlyList<ManifestEnvelope>> LoadOthersAsync(
        Chain chain, CancellationToken cancellationToken)
    {
        var directories = await FindAsync(chain.Subdirectory, cancellationToken)
            .ConfigureAwait(false);
        var known = chain.Layers.Select(layer => layer.Directory).ToHashSet(StringComparer.Ordinal);
        return await ReadAllAsync(
            [.. directories.Where(directory => !known.Contains(directory))],
            (directory, token) => ManifestFile.RequireEnvelopeAsync(Store, directory, token),
            cancellationToken).ConfigureAwait(false);
    }

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
