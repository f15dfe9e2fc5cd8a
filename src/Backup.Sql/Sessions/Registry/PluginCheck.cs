using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Registry;

/// <summary>Asks plug-ins how the backups are that were imported by them.</summary>
internal sealed class PluginCheck(BackupHost host)
{
    /// <summary>Looks at a backup that is to be imported.</summary>
    public async Task<RegisteredBackup> ReadAsync(BoundImport import, CancellationToken cancellationToken)
    {
        var plugin = Find(import.Plugin.Name)
            ?? throw Errors.PluginNotFound(
                import.Plugin.Name, host.Options.Plugins.Select(p => p.Name).Append(CollectionPlugin.Name),
                import.Plugin.Place);
        var found = await plugin.InspectAsync(import.Handle, import.Database, cancellationToken).ConfigureAwait(false);
        return Apply(
            new RegisteredBackup
            {
                Name = "",
                Databases = [import.Database],
                Created = found.Created ?? host.Jobs.Now,
                Handle = Seal(import.Handle),
                Plugin = plugin.Name,
            },
            found);
    }

    /// <summary>Asks again for those that are not complete.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var all = await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var entry in all.Where(backup => backup.Value is { State: BackupState.Pending, Plugin: not null }))
        {
            // Without its plug-in nobody knows: it stays as it is.
            if (Find(entry.Value.Plugin!) is not { } plugin)
                continue;
            var found = await plugin
                .InspectAsync(Open(entry.Value.Handle!), entry.Value.Databases[0], cancellationToken)
                .ConfigureAwait(false);
            if (found.IsComplete || found.Failure is not null)
                await host.Registry.UpdateAsync(entry.Key, seen => Apply(seen, found), cancellationToken)
                    .ConfigureAwait(false);
        }
    }

    /// <summary>Deletes what a plug-in keeps.</summary>
    public async Task DeleteAsync(RegisteredBackup backup, CancellationToken cancellationToken)
    {
        var plugin = Find(backup.Plugin!)
            ?? throw Errors.PluginNotFound(backup.Plugin!, host.Options.Plugins.Select(p => p.Name), default);
        await plugin.DeleteAsync(Open(backup.Handle!), cancellationToken).ConfigureAwait(false);
    }

    private IBackupPlugin? Find(string name) => host.Options.Plugins.FirstOrDefault(plugin => plugin.Name == name);

    private RegisteredBackup Apply(RegisteredBackup backup, PluginBackup found) => backup with
    {
        State = found.Failure is not null ? BackupState.Failed
            : found.IsComplete ? BackupState.Succeeded : BackupState.Pending,
        ReadyToUse = found is { IsComplete: true, Failure: null },
        Finished = found.IsComplete || found.Failure is not null ? host.Jobs.Now : null,
        Error = found.Failure,
    };

    // A handle that is a location may hold secrets like any other.
    private string Seal(string handle) => handle.Contains("://", StringComparison.Ordinal)
        ? host.Options.SecretVault.Seal(StoreUri.Parse(handle))
        : handle;

    private string Open(string handle) => handle.Contains("://", StringComparison.Ordinal)
        ? host.Options.SecretVault.Open(handle).Text
        : handle;
}
