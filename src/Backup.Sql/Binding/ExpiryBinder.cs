using System.Globalization;
using Backup.Sql.Access;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds DROP BACKUP and DROP BACKUPS of a collection.</summary>
internal sealed class ExpiryBinder(BindingContext context, ValueBinder values)
{
    public async ValueTask<BoundDropBackup> BindAsync(
        DropBackupStatement statement, CancellationToken cancellationToken)
    {
        await context.Rights.RequireAsync(Privilege.Backup, Securable.System, At(statement), cancellationToken)
            .ConfigureAwait(false);
        var backup = statement.Backup is null ? null : values.Text(statement.Backup).Trim('/');
        if (backup?.Length == 0)
            throw Errors.InvalidOptionValue("a backup", "", "the path that SHOW BACKUPS shows", At(statement.Backup!));
        return new BoundDropBackup(
            await values.LocationAsync(statement.Uris, reading: true, cancellationToken).ConfigureAwait(false))
        {
            Subdirectory = backup?.Equals("latest", StringComparison.OrdinalIgnoreCase) == true ? null : backup,
            IfExists = statement.IfExists,
        };
    }

    public async ValueTask<BoundDropBackups> BindAsync(
        DropBackupsStatement statement, CancellationToken cancellationToken)
    {
        await context.Rights.RequireAsync(Privilege.Backup, Securable.System, At(statement), cancellationToken)
            .ConfigureAwait(false);
        var bound = new BoundDropBackups(
            await values.LocationAsync(statement.Uris, reading: true, cancellationToken).ConfigureAwait(false));
        return statement.Rule is OlderThan older
            ? bound with { OlderThan = new AsOfBinder(context, values).Bind(older.Time).Time }
            : bound with { Keep = Checked(((KeepByRotation)statement.Rule).Rules) };
    }

    /// <summary>Rules that keep none of a cycle keep nothing, and nobody means that.</summary>
    public static IReadOnlyList<RetentionRule> Checked(IEnumerable<RetentionRule> rules)
    {
        var all = rules.ToList();
        return all.Find(rule => rule.Count < 1) is { } none
            ? throw Errors.InvalidOptionValue(
                none.Cycle.ToString().ToUpperInvariant(), none.Count.ToString(CultureInfo.InvariantCulture),
                "a whole number from 1", At(none))
            : all;
    }

    private static TextPlace At(SyntaxNode node) => ValueBinder.PlaceOf(node);
}
