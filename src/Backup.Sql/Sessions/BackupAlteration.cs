using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sessions;

/// <summary>Carries out ALTER BACKUP.</summary>
internal sealed class BackupAlteration(BackupHost host)
{
    public async Task<StatementResult> RunAsync(BoundAlterBackup alter, CancellationToken cancellationToken)
    {
        var opened = await host.Collections.OpenAsync(alter.Collection, null, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var collection = opened.Collection;
        var subdirectory = alter.Subdirectory
            ?? await collection.GetLatestAsync(cancellationToken).ConfigureAwait(false)
            ?? throw Errors.NoFullBackup();
        if (!await collection.HasBackupAsync(subdirectory, cancellationToken).ConfigureAwait(false))
            throw subdirectory.Length == 0 ? Errors.NoBackupAtLocation() : Errors.NoBackup(subdirectory);
        var envelope = await collection.ReadEnvelopeAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        if (envelope.Kind != LayerKind.Full)
            throw Errors.KeysOfIncrement(subdirectory);
        if (!envelope.IsSealed)
            throw Errors.BackupNotSealed(subdirectory);
        var (store, directory) = collection.LocateFull(subdirectory);
        var changes = new List<KeyChange>();
        try
        {
            changes.AddRange(alter.Changes.Select(change => new KeyChange(
                change.Old is null ? null : host.Collections.KeysOf(change.Old),
                change.New is null ? null : host.Collections.KeysOf(change.New),
                change.Dropped is null ? null : host.Collections.PassphraseOf(change.Dropped))));
            await new KeyChanges(store, directory, envelope, host.Options.Random)
                .ApplyAsync(changes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var change in changes)
            {
                change.Old?.Dispose();
                change.New?.Dispose();
            }
        }

        return ResultSet.Empty("ALTER BACKUP", alter.Notices);
    }
}
