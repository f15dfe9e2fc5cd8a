using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// Where else increments lie: <c>metadata/elsewhere/&lt;chain&gt;/&lt;16 digits&gt;</c>, put before the first increment
/// at a place is committed, so that whoever drops a chain knows of all of it. The name follows from what it says.
/// </summary>
internal sealed class PlaceNotes(IObjectStore store)
{
    /// <summary>Notes a place; one that is noted already stays as it is.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="place">The place, sealed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task AddAsync(string chainId, string place, CancellationToken cancellationToken)
    {
        var note = new NotedPlace
        {
            ChainId = chainId,
            Locations =
            [
                .. LocationList.Split(place)
                    .Select(location => StoreUri.Parse(location).WithSecrets((_, _) => NotedPlace.Hidden)),
            ],
        };
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', note.Locations)));
        var name = $"{CollectionLayout.Elsewhere}{chainId}/{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
        await store.PutIfAbsentAsync(
            name, NoteFile.Write(note, CollectionsJsonContext.Default.NotedPlace), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Reads all of them.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What they say.</returns>
    /// <exception cref="BackupSqlException">XX001 one is damaged; 0A000 one is of a later format.</exception>
    public async Task<IReadOnlyList<NotedPlace>> ReadAsync(CancellationToken cancellationToken)
    {
        var places = new List<NotedPlace>();
        foreach (var name in await NamesAsync("", cancellationToken).ConfigureAwait(false))
        {
            var place = await NoteFile
                .ReadAsync<NotedPlace>(store, name, cancellationToken)
                .ConfigureAwait(false);
            if (place is { FormatVersion: > 1 })
                throw Errors.NewerFormat(name, place.FormatVersion);
            if (place is not null)
                places.Add(place);
        }

        return places;
    }

    /// <summary>Deletes the notes of a chain that is gone.</summary>
    /// <param name="chainId">The chain; null for all chains.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteAsync(string? chainId, CancellationToken cancellationToken)
    {
        foreach (var name in await NamesAsync(chainId is null ? "" : chainId + "/", cancellationToken)
            .ConfigureAwait(false))
            await store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string below, CancellationToken cancellationToken) =>
        await store.ListAsync(new ListRequest { Prefix = CollectionLayout.Elsewhere + below }, cancellationToken)
            .Select(entry => entry.Name).ToListAsync(cancellationToken).ConfigureAwait(false);
}
