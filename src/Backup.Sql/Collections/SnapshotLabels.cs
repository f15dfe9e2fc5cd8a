using System.Globalization;
using System.Text.Json;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// The snapshots of a collection, by label. A label is an object that is put only if absent; behind it lies a full
/// layer like any other, which LATEST never means.
/// </summary>
internal sealed class SnapshotLabels(IObjectStore store)
{
    private const int MaxReservationBytes = 64 * 1024;
    private const int Attempts = 3;

    /// <summary>Reserves a label.</summary>
    /// <returns>False if it is taken.</returns>
    public async Task<bool> TryReserveAsync(SnapshotReservation reservation, CancellationToken cancellationToken) =>
        await store.PutIfAbsentAsync(
            NameOf(reservation.Label),
            JsonSerializer.SerializeToUtf8Bytes(reservation, CollectionsJsonContext.Default.SnapshotReservation),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Gives a label back; nothing else is removed.</summary>
    public async Task ReleaseAsync(string label, CancellationToken cancellationToken) =>
        await store.DeleteAsync(NameOf(label), cancellationToken).ConfigureAwait(false);

    /// <summary>Lists all labels, ascending.</summary>
    /// <param name="whole">True to read the manifests to their end, false for their envelopes alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<SnapshotEntry>> ListAsync(bool whole, CancellationToken cancellationToken)
    {
        var labels = new List<string>();
        var request = new ListRequest { Prefix = CollectionLayout.Snapshots };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            labels.Add(entry.Name[CollectionLayout.Snapshots.Length..]);
        var found = new List<SnapshotEntry>();
        foreach (var label in labels)
        {
            if (await FindAsync(label, whole, cancellationToken).ConfigureAwait(false) is { } entry)
                found.Add(entry);
        }

        return found;
    }

    /// <summary>Looks a label up.</summary>
    /// <param name="label">The label.</param>
    /// <param name="whole">True to read the manifest to its end, false for its envelope alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What stands behind it; null if it is free.</returns>
    public async Task<SnapshotEntry?> FindAsync(string label, bool whole, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await LookAsync(label, whole, cancellationToken).ConfigureAwait(false);
            }
            catch (BackupSqlException gone) when (gone.SqlState == SqlStates.UndefinedFile && attempt < Attempts)
            {
                // Somebody drops it meanwhile, or its time is up: then it is not there at the next look.
            }
        }
    }

    /// <summary>
    /// Removes a snapshot: its manifest first, for without it there is none; its label last, so that what an
    /// interruption left can be found and removed.
    /// </summary>
    public async Task DropAsync(SnapshotEntry snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Reservation is { Directory: { Length: > 0 } directory, LayerId: var layer })
        {
            if (snapshot.IsFinished || snapshot.Problem is not null)
                await RemoveManifestAsync(directory, layer, cancellationToken).ConfigureAwait(false);
            var job = snapshot.Reservation.Job.ToString(CultureInfo.InvariantCulture);
            await LayerRemains.RemoveAsync(store, directory, layer, job, cancellationToken)
                .ConfigureAwait(false);
            await new LayerNotes(store).DeleteAsync(layer, cancellationToken).ConfigureAwait(false);
        }

        await ReleaseAsync(snapshot.Label, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SnapshotEntry?> LookAsync(string label, bool whole, CancellationToken cancellationToken)
    {
        SnapshotReservation? reservation = null;
        try
        {
            reservation = await ReadAsync(label, cancellationToken).ConfigureAwait(false);
            if (reservation is null)
                return null;
            var manifest = await ReadEnvelopeOfAsync(reservation, cancellationToken).ConfigureAwait(false);
            if (whole && manifest is not null)
                await ChainLayer.LoadAsync(store, reservation.Directory, key: null, cancellationToken)
                    .ConfigureAwait(false);
            if (reservation.Label != label) // of the other snapshot nothing may be touched
                return new SnapshotEntry(label, null, null, $"'{NameOf(label)}' is that of {reservation.Label}");
            return manifest is null || (manifest.LayerId == reservation.LayerId && manifest.Snapshot?.Label == label)
                ? new SnapshotEntry(label, reservation, manifest, null)
                : new SnapshotEntry(label, reservation, null, "another backup lies where the snapshot should be");
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
        {
            return new SnapshotEntry(label, reservation, null, $"{error.SqlState}: {error.Message}");
        }
    }

    private static string NameOf(string label) => CollectionLayout.Snapshots + label;

    private async Task RemoveManifestAsync(string directory, string layer, CancellationToken cancellationToken)
    {
        var path = CollectionLayout.Join(directory, CollectionLayout.Manifest);
        ManifestEnvelope? there = null;
        try
        {
            there = await ManifestFile.ReadEnvelopeAsync(store, path, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
        {
            // What cannot be read is what is to go.
        }

        // A directory that another backup has taken is left alone.
        if (there is null || (there.LayerId == layer && there.Snapshot is not null))
            await store.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ManifestEnvelope?> ReadEnvelopeOfAsync(
        SnapshotReservation reservation, CancellationToken cancellationToken) =>
        await ManifestFile.ReadEnvelopeAsync(
            store, CollectionLayout.Join(reservation.Directory, CollectionLayout.Manifest), cancellationToken)
                .ConfigureAwait(false);

    private async Task<SnapshotReservation?> ReadAsync(string label, CancellationToken cancellationToken)
    {
        var name = NameOf(label);
        if (await store.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not { } info)
            return null;
        if (info.Length is 0 or > MaxReservationBytes)
            throw Errors.Corrupt(name, "It has an impossible size.");
        var bytes = new byte[info.Length];
        await store.ReadAsync(name, 0, bytes, cancellationToken).ConfigureAwait(false);
        return Parse(bytes, name);
    }

    private static SnapshotReservation Parse(byte[] bytes, string name)
    {
        var read = ManifestJson.Read<SnapshotReservation>(bytes);
        if (read?.FormatVersion > SnapshotReservation.CurrentFormat)
            throw Errors.NewerFormat(name, read.FormatVersion);
        return read is not null && ManifestRules.IsId(read.LayerId)
            && read.Directory.Length > 0 && CollectionLayout.IsDirectory(read.Directory)
            ? read
            : throw Errors.Corrupt(name, "It does not say where the snapshot lies.");
    }
}
