using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections;

/// <summary>Checks backups without restoring them.</summary>
internal static class Verification
{
    /// <summary>Checks that every file that a chain needs exists and has its size. Reads no file.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>What is missing or has another size.</returns>
    public static async IAsyncEnumerable<Finding> CheckFilesAsync(
        Chain chain, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var layer in chain.Layers)
        {
            foreach (var finding in await CheckFilesAsync(layer, cancellationToken).ConfigureAwait(false))
                yield return finding;
        }
    }

    /// <summary>
    /// Checks a backup and its increments as a restore would: every manifest, every file (its bytes, blocks and rows),
    /// every fingerprint, and that the layers join up. No finding ends it. Changes nothing.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="request">What backup, and how.</param>
    /// <param name="random">Draws a sample.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>What is wrong, and what was read.</returns>
    /// <exception cref="BackupSqlException">
    /// 58P01 no such backup; 0A000 a codec is missing; 58030 the store fails.
    /// </exception>
    public static Task<ValidationReport> ValidateAsync(
        Collection collection, ValidationRequest request, IRandomSource random,
        CancellationToken cancellationToken = default) =>
        new ChainValidator(collection, request, random).RunAsync(cancellationToken);

    /// <summary>Finds data files in a layer's directory that its manifest does not list.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their names.</returns>
    public static async Task<IReadOnlyList<string>> FindUnlistedAsync(
        ChainLayer layer, CancellationToken cancellationToken = default)
    {
        var listed = layer.Manifest.Spaces.SelectMany(space => space.Files.Concat(space.DigestFiles))
            .Select(file => layer.PathOf(file.Name)).ToHashSet(StringComparer.Ordinal);
        var request = new Storage.ListRequest { Prefix = layer.PathOf(CollectionLayout.Data) };
        return await layer.Store.ListAsync(request, cancellationToken)
            .Select(entry => entry.Name).Where(name => !listed.Contains(name)).ToListAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Compares a layer's files with a listing of its directory.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What is missing or has another size.</returns>
    public static async ValueTask<IReadOnlyList<Finding>> CheckFilesAsync(
        ChainLayer layer, CancellationToken cancellationToken)
    {
        var files = layer.Manifest.Spaces.SelectMany(space => space.Files.Concat(space.DigestFiles)).ToList();
        if (files.Count == 0)
            return [];
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        var request = new Storage.ListRequest { Prefix = layer.PathOf(CollectionLayout.Data) };
        await foreach (var entry in layer.Store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            lengths[entry.Name] = entry.Length;
        var findings = new List<Finding>();
        foreach (var file in files)
        {
            var path = layer.PathOf(file.Name);
            // A listing may lag behind: that an object is not there, only itself can tell.
            var length = lengths.TryGetValue(path, out var listed)
                ? listed
                : (await layer.Store.HeadAsync(path, cancellationToken).ConfigureAwait(false))?.Length;
            if (length is null)
                findings.Add(new Finding(FindingStatus.Missing, path, "The manifest lists it, the store has it not."));
            else if (length != file.Length)
                findings.Add(new Finding(
                    FindingStatus.WrongSize, path, $"It has {length} bytes, the manifest says {file.Length}."));
        }

        return findings;
    }
}
