using System.Text;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Lets of several layers on one parent only one commit, whichever processes write them. Whoever is about to commit
/// first puts a claim <c>metadata/next/parent/layer</c>, then looks at the claims of others: one whose layer is
/// committed means that the chain has moved on; the commit of any other is made impossible by taking the name of its
/// manifest.
/// </summary>
/// <remarks>
/// Of two that commit at the same moment at least the one that lists later sees the other's claim, and either finds its
/// manifest or takes its name, never both; so at most one manifest comes to be. Both may lose: both plan again. A claim
/// may go as soon as its layer is committed: who does not see it any more lists manifests afterwards. A claimer that
/// died needs no healing: the next one takes its name. None of this needs a clock; it needs a store whose
/// put-if-absent is atomic.
/// </remarks>
internal sealed class ChildClaim(IObjectStore store, string parentId, string layerId, string directory)
{
    private const int MaxPathBytes = 2048;

    private string Name => CollectionLayout.NextPrefix + parentId + "/" + layerId;

    /// <summary>Claims the place on the parent.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">55006 another layer is committed there.</exception>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        await store.PutIfAbsentAsync(Name, Encoding.UTF8.GetBytes(directory), cancellationToken).ConfigureAwait(false);
        var others = new List<ListEntry>();
        var request = new ListRequest { Prefix = CollectionLayout.NextPrefix + parentId + "/" };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Name != Name && entry.Length <= MaxPathBytes)
                others.Add(entry);
        }

        foreach (var other in others)
            await ExcludeAsync(other, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the claim up: the layer is committed, or will never be.</summary>
    public ValueTask ReleaseAsync(CancellationToken cancellationToken) => store.DeleteAsync(Name, cancellationToken);

    private async Task ExcludeAsync(ListEntry other, CancellationToken cancellationToken)
    {
        var text = new byte[other.Length];
        try
        {
            await store.ReadAsync(other.Name, 0, text, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedFile)
        {
            return; // given up: its manifest, if there is one, is found by who lists manifests next
        }

        // A claim that nobody can have made must not lead the hand that voids manifests.
        var named = Encoding.UTF8.GetString(text);
        if (!CollectionLayout.IsDirectory(named))
            throw Errors.Corrupt(other.Name, "It does not say where its layer lies.");
        var path = CollectionLayout.Join(named, CollectionLayout.Manifest);
        if (!await store.PutIfAbsentAsync(path, ManifestFile.Void, cancellationToken).ConfigureAwait(false)
            && await ManifestFile.ReadEnvelopeAsync(store, path, cancellationToken).ConfigureAwait(false) is not null)
            throw Errors.ChainMovedOn(directory);
    }
}
