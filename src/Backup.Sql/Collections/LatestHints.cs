using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// The objects <c>metadata/latest/LATEST-…</c>, each of which names a full backup. They only save looking: the newest
/// backup is found from the manifests without them.
/// </summary>
internal sealed class LatestHints(IObjectStore store)
{
    private const int MaxHintBytes = 4096;

    /// <summary>Makes a full backup the one that LATEST means. A hint only: listing finds it without.</summary>
    /// <param name="layer">A committed full layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task PublishAsync(ChainLayer layer, CancellationToken cancellationToken = default) =>
        await store.PutIfAbsentAsync(
            CollectionLayout.Latest(layer.End, layer.Manifest.LayerId),
            Encoding.UTF8.GetBytes(layer.Directory),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the newest hint.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The sub-directory that it names; null when there is no hint.</returns>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        var request = new ListRequest { Prefix = CollectionLayout.LatestPrefix };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (await ReadAsync(entry, cancellationToken).ConfigureAwait(false) is { } hint)
                return hint;
        }

        return null;
    }

    /// <summary>Deletes the hints to a full backup that is gone.</summary>
    /// <param name="directory">Its sub-directory.</param>
    /// <param name="layerId">Its id; null where it is not known.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteAsync(
        string directory, string? layerId, CancellationToken cancellationToken = default)
    {
        var request = new ListRequest { Prefix = CollectionLayout.LatestPrefix };
        var hints = await store.ListAsync(request, cancellationToken)
            .Where(hint => layerId is null || hint.Name.EndsWith("-" + layerId[..8], StringComparison.Ordinal))
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var hint in hints)
        {
            if (await ReadAsync(hint, cancellationToken).ConfigureAwait(false) == directory)
                await store.DeleteAsync(hint.Name, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> ReadAsync(ListEntry entry, CancellationToken cancellationToken)
    {
        if (entry.IsPrefix || entry.Length is 0 or > MaxHintBytes)
            return null;
        var text = new byte[entry.Length];
        try
        {
            await store.ReadAsync(entry.Name, 0, text, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.UndefinedFile)
        {
            return null; // Its backup was dropped just now.
        }

        return Encoding.UTF8.GetString(text);
    }
}
