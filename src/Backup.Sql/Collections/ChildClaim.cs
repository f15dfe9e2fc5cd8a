using System.Globalization;
using System.Text;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Lets of several layers on one parent only one commit, whichever processes write them, and finds that one without a
/// listing. Whoever is about to commit takes the first free number below <c>metadata/next/parent/</c>, and on the way
/// there deals with every claim of others: one whose layer is committed means that the chain has moved on; the commit
/// of any other is made impossible by taking the name of its manifest.
/// </summary>
/// <remarks>
/// Of two layers the one with the higher number has met the other's claim before it commits, and either finds its
/// manifest or takes its name, never both; so at most one manifest comes to be. Both may lose: both plan again. A claim
/// stays as long as its parent, so that a number means the same for ever; a claimer that died needs no healing. None of
/// this needs a clock or a listing that is up to date; it needs a store whose put-if-absent is atomic.
/// </remarks>
internal sealed class ChildClaim(
    IObjectStore store, string parentId, string layerId, string directory, string jobId)
{
    private const int MaxClaimBytes = 4096;

    /// <summary>Claims the place on the parent.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">55006 another layer is committed there.</exception>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        var isOurs = false; // an earlier turn of the job may have taken a number; others may have come after it
        for (var number = 1; ; number++)
        {
            if (!isOurs && await store.PutIfAbsentAsync(Name(parentId, number), Content(), cancellationToken)
                .ConfigureAwait(false))
                return;
            switch (await ReadAsync(store, parentId, number, cancellationToken).ConfigureAwait(false))
            {
                case null when isOurs:
                    return;
                case null:
                    throw Errors.ChainMovedOn(directory); // the parent is being dropped
                case { } claim when claim.LayerId == layerId:
                    isOurs = true;
                    break;
                case { } claim:
                    await ExcludeAsync(claim, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Finds the layer that is committed on another one.</summary>
    /// <param name="store">Where increments lie.</param>
    /// <param name="parentId">The other one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its directory; null when there is none.</returns>
    public static async Task<string?> FindChildAsync(
        IObjectStore store, string parentId, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            if (await ReadAsync(store, parentId, number, cancellationToken).ConfigureAwait(false) is not { } claim)
                return null;
            if (claim.IsReadable
                && await IsCommittedAsync(store, claim, cancellationToken).ConfigureAwait(false))
                return claim.Directory;
        }
    }

    /// <summary>Finds the jobs that have claimed the place on a layer and may still commit there.</summary>
    /// <param name="store">Where increments lie.</param>
    /// <param name="parentId">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs.</returns>
    public static async Task<IReadOnlyList<string>> FindClaimersAsync(
        IObjectStore store, string parentId, CancellationToken cancellationToken)
    {
        var jobs = new List<string>();
        for (var number = 1; ; number++)
        {
            if (await ReadAsync(store, parentId, number, cancellationToken).ConfigureAwait(false) is not { } claim)
                return jobs;
            if (claim.IsReadable && await IsHeldAsync(store, claim, cancellationToken).ConfigureAwait(false)
                && !await IsCommittedAsync(store, claim, cancellationToken).ConfigureAwait(false))
                jobs.Add(claim.JobId);
        }
    }

    private static string Name(string parentId, int number) => string.Create(
        CultureInfo.InvariantCulture, $"{CollectionLayout.NextPrefix}{parentId}/{number:d6}");

    private byte[] Content()
    {
        var text = Encoding.UTF8.GetBytes($"{layerId}\n{jobId}\n{directory}\n");
        return [.. text, .. Encoding.ASCII.GetBytes($"{Crc32C.Compute(text):x8}\n")];
    }

    private static async Task<Claim?> ReadAsync(
        IObjectStore store, string parentId, int number, CancellationToken cancellationToken)
    {
        var name = Name(parentId, number);
        if (await store.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not { } found)
            return null;
        if (found.Length > MaxClaimBytes)
            return Claim.Unreadable;
        var bytes = new byte[found.Length];
        try
        {
            await store.ReadAsync(name, 0, bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedFile)
        {
            return null; // dropped with its parent just now
        }

        return Claim.Parse(bytes);
    }

    private static async Task<bool> IsCommittedAsync(
        IObjectStore store, Claim claim, CancellationToken cancellationToken) =>
        await ManifestFile.ReadEnvelopeAsync(
            store, CollectionLayout.Join(claim.Directory, CollectionLayout.Manifest), cancellationToken)
            .ConfigureAwait(false) is { } envelope && envelope.LayerId == claim.LayerId;

    private static async Task<bool> IsHeldAsync(
        IObjectStore store, Claim claim, CancellationToken cancellationToken) =>
        await store.HeadAsync(
            CollectionLayout.Join(claim.Directory, CollectionLayout.LockPrefix + claim.JobId), cancellationToken)
            .ConfigureAwait(false) is not null;

    // A layer without its lock is given up, or dropped: it does not come back. What a damaged claim names is found by
    // who lists manifests next.
    private async Task ExcludeAsync(Claim claim, CancellationToken cancellationToken)
    {
        if (!claim.IsReadable)
            return;
        if (await IsCommittedAsync(store, claim, cancellationToken).ConfigureAwait(false))
            throw Errors.ChainMovedOn(directory);
        if (!await IsHeldAsync(store, claim, cancellationToken).ConfigureAwait(false))
            return;
        var manifest = CollectionLayout.Join(claim.Directory, CollectionLayout.Manifest);
        if (!await store.PutIfAbsentAsync(manifest, ManifestFile.Void, cancellationToken).ConfigureAwait(false)
            && await IsCommittedAsync(store, claim, cancellationToken).ConfigureAwait(false))
            throw Errors.ChainMovedOn(directory);
    }

    private sealed record Claim(string LayerId, string JobId, string Directory)
    {
        public static readonly Claim Unreadable = new("", "", "");

        public bool IsReadable => LayerId.Length > 0;

        public static Claim Parse(ReadOnlySpan<byte> bytes)
        {
            const int SumBytes = 9;
            if (bytes.Length < SumBytes
                || !uint.TryParse(
                    bytes[^SumBytes..^1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum)
                || sum != Crc32C.Compute(bytes[..^SumBytes]))
                return Unreadable;
            return Encoding.UTF8.GetString(bytes[..^SumBytes]).Split('\n') is [var layer, var job, var directory, ""]
                && ManifestRules.IsId(layer) && CollectionLayout.IsDirectory(directory)
                ? new Claim(layer, job, directory)
                : Unreadable;
        }
    }
}
