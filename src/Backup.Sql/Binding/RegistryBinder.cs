using Backup.Sql.Access;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds the statements about the registry of backups.</summary>
internal sealed class RegistryBinder(BindingContext context, ValueBinder values)
{
    private readonly LabelBinder _labels = new(values);

    public BoundShowRegistered Bind(ShowRegisteredBackupsStatement statement) => new()
    {
        Database = statement.Database?.Text,
        Labels = statement.Labels is null ? [] : _labels.BindFilter(statement.Labels),
    };

    public BoundShowRegistered Bind(ShowRegisteredBackupStatement statement) =>
        new() { Backup = NameOf(statement.Backup) };

    public async ValueTask<BoundSetLabels> BindAsync(
        AlterRegisteredBackupStatement statement, CancellationToken cancellationToken)
    {
        await RequireRightAsync(statement, cancellationToken).ConfigureAwait(false);
        return new BoundSetLabels(NameOf(statement.Backup), _labels.Bind(statement.Labels));
    }

    public async ValueTask<BoundDropRegistered> BindAsync(
        DropRegisteredBackupsStatement statement, CancellationToken cancellationToken)
    {
        await RequireRightAsync(statement, cancellationToken).ConfigureAwait(false);
        return new BoundDropRegistered([.. statement.Backups.Select(NameOf)], statement.IfExists);
    }

    public async ValueTask<BoundImport> BindAsync(
        ImportBackupStatement statement, CancellationToken cancellationToken)
    {
        await RequireRightAsync(statement, cancellationToken).ConfigureAwait(false);
        var name = values.TextOrNull(statement.RegisteredName);
        if (name is not null && (name.Length == 0 || name.Contains('/', StringComparison.Ordinal)))
            throw Errors.InvalidOptionValue(
                "a name", name, "one without a slash", ValueBinder.PlaceOf(statement.RegisteredName!));
        return new BoundImport(values.Text(statement.Handle), NameOf(statement.Plugin), statement.Database.Text)
        {
            Name = name,
            Labels = statement.Labels is null ? [] : _labels.Bind(statement.Labels),
        };
    }

    private RegisteredName NameOf(StringOrPlaceholder node) => new(values.Text(node), ValueBinder.PlaceOf(node));

    private ValueTask RequireRightAsync(Statement statement, CancellationToken cancellationToken) =>
        context.Rights.RequireAsync(
            Privilege.Backup, Securable.System, ValueBinder.PlaceOf(statement), cancellationToken);
}
