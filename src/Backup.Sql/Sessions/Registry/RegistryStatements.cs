using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Registry;

/// <summary>Carries out the statements about the registry of backups.</summary>
/// <param name="host">The host.</param>
/// <param name="explain">True to change nothing.</param>
internal sealed class RegistryStatements(BackupHost host, bool explain)
{
    private static readonly ResultColumn[] Columns =
    [
        new("name", ResultType.String), new("database", ResultType.String), new("state", ResultType.String),
        new("ready_to_use", ResultType.Bool), new("labels", ResultType.String),
        new("retained_as", ResultType.StringArray), new("policy", ResultType.String),
        new("created", ResultType.TimestampTz), new("finished", ResultType.TimestampTz),
        new("collection", ResultType.String), new("path", ResultType.String), new("handle", ResultType.String),
        new("plugin", ResultType.String), new("resource_version", ResultType.Int),
        new("verified", ResultType.TimestampTz), new("error", ResultType.String),
    ];

    public Task<StatementResult> RunAsync(BoundRegistryStatement statement, CancellationToken cancellationToken) =>
        statement switch
        {
            BoundShowRegistered show => ShowAsync(show, cancellationToken),
            BoundSetLabels alter => SetLabelsAsync(alter, cancellationToken),
            BoundImport import => ImportAsync(import, cancellationToken),
            _ => new RegisteredDrop(host, explain).RunAsync((BoundDropRegistered)statement, cancellationToken),
        };

    private async Task<StatementResult> ShowAsync(BoundShowRegistered show, CancellationToken cancellationToken)
    {
        await new PluginCheck(host).RunAsync(cancellationToken).ConfigureAwait(false);
        var names = host.Engines[host.DefaultEngine].Info.NameComparer;
        var all = show.Backup is { } one
            ? [await RequireAsync(host, one, cancellationToken).ConfigureAwait(false)]
            : (await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false))
                .Where(backup => show.Database is null || backup.Value.Databases.Contains(show.Database, names))
                .Where(backup => LabelBinder.Match(backup.Value.Labels, show.Labels))
                .OrderBy(backup => backup.Value.Created).ThenBy(backup => backup.Key, StringComparer.Ordinal).ToList();
        return ResultSet.Of($"SHOW REGISTERED BACKUPS {all.Count}", Columns, all.Select(Row));
    }

    private async Task<StatementResult> SetLabelsAsync(BoundSetLabels alter, CancellationToken cancellationToken)
    {
        var entry = await RequireAsync(host, alter.Backup, cancellationToken).ConfigureAwait(false);
        if (entry.Value.State == BackupState.Pending)
            throw Errors.BackupPending(entry.Key, "labelled");

        // First where other hosts see it, which is what retention there goes by.
        if (entry.Value is { Collection: { } location, LayerId: { } layer })
        {
            var opened = await host.Collections.OpenAsync(location, null, cancellationToken).ConfigureAwait(false);
            await using var _ = opened.ConfigureAwait(false);
            await opened.Collection.Notes
                .ChangeAsync(layer, note => note.WithLabels(alter.Labels), cancellationToken).ConfigureAwait(false);
        }

        await host.Registry.UpdateAsync(entry.Key, seen => seen with { Labels = alter.Labels }, cancellationToken)
            .ConfigureAwait(false);
        return ResultSet.Empty("ALTER REGISTERED BACKUP");
    }

    private async Task<StatementResult> ImportAsync(BoundImport import, CancellationToken cancellationToken)
    {
        var plugin = import.Plugin.Name;
        var backup = plugin == CollectionPlugin.Name
            ? await new CollectionPlugin(host).ReadAsync(import.Handle, import.Database, cancellationToken)
                .ConfigureAwait(false)
            : await new PluginCheck(host).ReadAsync(import, cancellationToken).ConfigureAwait(false);
        backup = backup with { Name = import.Name ?? "", Finished = backup.Finished ?? host.Jobs.Now };
        if (import.Labels.Count > 0)
            backup = backup with { Labels = import.Labels };
        var entry = await host.Registry.AddAsync(backup, cancellationToken).ConfigureAwait(false);
        var stored = await host.Registry.FindAsync(entry.FullName, cancellationToken).ConfigureAwait(false);
        return ResultSet.Of("IMPORT BACKUP", Columns, stored is null ? [] : [Row(stored)]);
    }

    /// <summary>Finds a backup that must be there.</summary>
    public static async Task<Stored<RegisteredBackup>> RequireAsync(
        BackupHost host, RegisteredName name, CancellationToken cancellationToken) =>
        await host.Registry.FindAsync(name.Name, cancellationToken).ConfigureAwait(false)
        ?? throw Errors.BackupNotRegistered(
            name.Name,
            (await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false)).Select(backup => backup.Key),
            name.Place);

    private static object?[] Row(Stored<RegisteredBackup> entry)
    {
        var backup = entry.Value;
        return
        [
            backup.Name, backup.Database, backup.State.ToString(), backup.ReadyToUse, string.Join(',', backup.Labels),
            backup.RetainedAs.ToArray(), backup.Policy, backup.Created, backup.Finished, Show(backup.Collection),
            backup.Path, ShowHandle(backup.Handle), backup.Plugin, entry.Version, backup.Verified, backup.Error,
        ];
    }

    private static string? Show(string? location) => location is null ? null : StoreUri.Parse(location).ToString();

    // A location's parameters are nobody's business.
    private static string? ShowHandle(string? handle)
    {
        if (handle is null || !handle.Contains("://", StringComparison.Ordinal))
            return handle;
        var hash = handle.LastIndexOf('#');
        return hash < 0 ? Show(handle) : Show(handle[..hash]) + handle[hash..];
    }
}
