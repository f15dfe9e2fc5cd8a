using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Planning;

/// <summary>Finds out where a BACKUP goes and what it stands on.</summary>
internal sealed class BackupTarget(PlanningContext context, BoundBackup backup)
{
    /// <summary>The chain that the layer is appended to; null for a full backup.</summary>
    public Chain? Chain { get; private set; }

    /// <summary>The sub-directory of a full backup that the user named; null for one named by its time.</summary>
    public string? Subdirectory { get; private set; }

    /// <summary>True when the layer lies at the location itself.</summary>
    public bool AtLocation { get; private set; }

    public async Task<BackupTarget> ResolveAsync(CancellationToken cancellationToken)
    {
        var opened = await context.Collections
            .OpenAsync(backup.Collection, backup.IncrementalLocation, backup.Keys, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var collection = opened.Collection;
        switch (backup.Destination)
        {
            case BackupDestination.Latest:
                var latest = await collection.GetLatestAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw Errors.NoFullBackup();
                Chain = await collection.LoadChainAsync(latest, cancellationToken).ConfigureAwait(false);
                break;
            case BackupDestination.Subdirectory:
                if (await collection.HasBackupAsync(backup.Subdirectory!, cancellationToken).ConfigureAwait(false))
                    Chain = await collection.LoadChainAsync(backup.Subdirectory!, cancellationToken)
                        .ConfigureAwait(false);
                else if (context.FullBackupWithSubdirectory())
                    Subdirectory = backup.Subdirectory;
                else
                    throw Errors.NoFullBackupToAppendTo(backup.Subdirectory!);
                break;
            case BackupDestination.Location:
                await ResolveLocationAsync(collection, cancellationToken).ConfigureAwait(false);
                break;
        }

        if (Chain is not null && !AtLocation)
            ChainRules.CheckLocalities(Chain, collection.IncrementLocalities);
        if (Chain?.Full.Manifest.Snapshot is { } snapshot)
            throw Errors.SnapshotTakesNoIncrements(snapshot.Label);
        return this;
    }

    /// <summary>The step that takes the place; its number is still to be given.</summary>
    public BeginLayerStep Begin(BoundBackup bound) => new()
    {
        Id = 0,
        Collection = bound.Collection,
        Incrementals = bound.IncrementalLocation,
        Parent = Chain?.Subdirectory,
        ParentLocations = bound.IncrementalFrom,
        Keys = bound.Keys,
        AssumedNewestLayer = Chain?.Newest.Manifest.LayerId,
        AtLocation = AtLocation,
        Subdirectory = Subdirectory,
        Compression = bound.Compression,
        CompressionLevel = bound.CompressionLevel,
        StrictStorageLocality = bound.StrictStorageLocality,
    };

    private async Task ResolveLocationAsync(Collection collection, CancellationToken cancellationToken)
    {
        if (backup.IncrementalFrom.Count > 0)
        {
            AtLocation = true;
            var opened = await context.Collections
                .OpenLocationsAsync(backup.IncrementalFrom, backup.Keys, cancellationToken).ConfigureAwait(false);
            await using var _ = opened.ConfigureAwait(false);
            Chain = opened.Chain;
        }
        else if (await collection.HasBackupAsync("", cancellationToken).ConfigureAwait(false))
        {
            Chain = await collection.LoadChainAsync("", cancellationToken).ConfigureAwait(false);
        }
        else
        {
            AtLocation = true;
        }
    }
}
