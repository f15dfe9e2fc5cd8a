using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Sessions.Registry;

/// <summary>Notes that the fingerprints of layers were proved: in the registry, and beside the layers.</summary>
internal sealed class Proofs(BackupRegistry registry, CollectionOpener collections, TimeProvider time, ILogger logger)
{
    /// <summary>Notes it. What fails here takes nothing from the proof, and so from no statement.</summary>
    /// <param name="location">The collection, sealed.</param>
    /// <param name="layerIds">The layers.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task NoteAsync(string location, IReadOnlyList<string> layerIds, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            await registry.VerifyAsync(layerIds, now, cancellationToken).ConfigureAwait(false);
            var opened = await collections.OpenAsync(location, null, cancellationToken).ConfigureAwait(false);
            await using var _ = opened.ConfigureAwait(false);
            foreach (var id in layerIds)
            {
                await opened.Collection.Notes.ChangeAsync(id, note => note with { Verified = now }, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch (BackupSqlException error)
        {
            // Reading may be all that is allowed there.
            Log.ProofNotNoted(logger, layerIds[^1], error);
        }
    }
}
