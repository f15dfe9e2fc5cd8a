using Backup.Sql.Catalog;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds ALTER BACKUP.</summary>
internal sealed class AlterBackupBinder(BindingContext context, ValueBinder values)
{
    private readonly KeysBinder _keys = new(context, values);

    public async ValueTask<BoundAlterBackup> BindAsync(
        AlterBackupStatement statement, CancellationToken cancellationToken)
    {
        await context.Rights.RequireAdminAsync("ALTER BACKUP", ValueBinder.PlaceOf(statement), cancellationToken)
            .ConfigureAwait(false);
        var changes = new List<BoundKeyChange>();
        foreach (var change in statement.Changes)
            changes.Add(await ChangeAsync(change, cancellationToken).ConfigureAwait(false));
        if (statement.Collection is not { } collection)
        {
            return new BoundAlterBackup(
                await values.LocationAsync(statement.Backup, cancellationToken).ConfigureAwait(false), "", changes);
        }

        var backup = values.Text(statement.Backup).Trim('/');
        return new BoundAlterBackup(
            await values.LocationAsync(collection, cancellationToken).ConfigureAwait(false),
            backup.Equals("latest", StringComparison.OrdinalIgnoreCase) ? null : backup, changes);
    }

    private async ValueTask<BoundKeyChange> ChangeAsync(KeyChange change, CancellationToken cancellationToken) =>
        change switch
        {
            AddKms add => new BoundKeyChange(
                await KeysAsync(add.OldKms, cancellationToken).ConfigureAwait(false),
                await KeysAsync(add.NewKms, cancellationToken).ConfigureAwait(false), null),
            AddPassphrase add => new BoundKeyChange(Passphrase(add.OldPassphrase), Passphrase(add.NewPassphrase), null),
            DropPassphrase drop => new BoundKeyChange(null, null, _keys.Passphrase(drop.Passphrase)),
            _ => throw new InvalidOperationException(change.GetType().Name),
        };

    private async ValueTask<BackupKeys> KeysAsync(
        IReadOnlyList<StringOrPlaceholder> locations, CancellationToken cancellationToken) => new()
    {
        MasterKeys = await values.KeysAsync(locations, cancellationToken).ConfigureAwait(false),
    };

    private BackupKeys Passphrase(StringOrPlaceholder node) => new() { Passphrase = _keys.Passphrase(node) };
}
