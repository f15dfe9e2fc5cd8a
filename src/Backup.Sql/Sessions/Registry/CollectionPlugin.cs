using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Registry;

/// <summary>
/// The plug-in <c>collection</c>: adopts a layer that lies in a collection. Its handle is the collection's location, a
/// hash sign, and the layer's path, or LATEST.
/// </summary>
internal sealed class CollectionPlugin(BackupHost host)
{
    public const string Name = "collection";

    /// <summary>Reads a layer.</summary>
    /// <param name="handle">As the user gave it.</param>
    /// <param name="database">The database that it must hold something of.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The backup, but for name, labels and times; its location and handle sealed.</returns>
    public async Task<RegisteredBackup> ReadAsync(string handle, string database, CancellationToken cancellationToken)
    {
        var hash = handle.LastIndexOf('#');
        if (hash <= 0 || hash == handle.Length - 1)
            throw Errors.InvalidHandle("'<collection>#<path>', for example 's3://bucket/backups#2026/11/20-224512.33'");
        var location = StoreUri.Parse(handle[..hash]);
        host.Providers.Check(location);
        var collection = host.Options.SecretVault.Seal(location);
        var opened = await host.Collections.OpenAsync(collection, null, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var (chain, layer) = await FindAsync(opened.Collection, handle[(hash + 1)..], cancellationToken)
            .ConfigureAwait(false);
        if (!layer.Manifest.Objects.Any(o => o.Database == database))
            throw Errors.BackupOfAnotherDatabase(layer.Directory, database);
        var note = await opened.Collection.Notes.ReadAsync(layer.Manifest.LayerId, cancellationToken)
            .ConfigureAwait(false);
        return Describe(layer, note, database).At(new CommittedBackup(
            chain.Subdirectory, layer.Directory, chain.Full.Manifest.LayerId, layer.Manifest.LayerId, layer.End)) with
        {
            Collection = collection,
            Handle = $"{collection}#{layer.Directory}",
        };
    }

    private static RegisteredBackup Describe(ChainLayer layer, LayerNote note, string database) => new()
    {
        Name = "",
        Databases = [database],
        State = BackupState.Succeeded,
        ReadyToUse = true,
        Labels = note.Labels ?? layer.Manifest.Labels ?? [],
        Created = layer.End.ToDateTimeOffset(),
        Plugin = Name,
        Verified = note.Verified,
    };

    private static async Task<(Chain Chain, ChainLayer Layer)> FindAsync(
        Collection collection, string path, CancellationToken cancellationToken)
    {
        if (path.Equals("latest", StringComparison.OrdinalIgnoreCase))
        {
            path = await collection.GetLatestAsync(cancellationToken).ConfigureAwait(false)
                ?? throw Errors.NoFullBackup();
        }

        var directory = CollectionLayout.Normalize(path);
        var full = directory.StartsWith(CollectionLayout.Incrementals, StringComparison.Ordinal)
            ? CollectionLayout.FullOf(directory)
            : directory;
        var envelope = await collection.ReadEnvelopeAsync(full, cancellationToken).ConfigureAwait(false);
        if (envelope.IsSealed)
            throw Errors.SealedImport(full); // what it holds is told by its body only
        var chain = await collection.LoadChainAsync(full, cancellationToken).ConfigureAwait(false);
        return (chain, chain.Layers.FirstOrDefault(layer => layer.Directory == directory)
            ?? throw Errors.NoBackup(directory));
    }
}
