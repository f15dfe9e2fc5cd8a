using Backup.Sql.Access;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Binds the statements about repositories and snapshots. Repositories are looked up when a statement is carried out:
/// they are no part of an engine's catalog.
/// </summary>
internal sealed class SnapshotBinder(BindingContext context)
{
    private const int LongestName = 128;

    public async ValueTask<BoundStatement> BindAsync(SnapshotStatement statement, CancellationToken cancellationToken)
    {
        if (statement is not (ShowSnapshotJobsStatement or RecoverStatement))
        {
            await context.Rights.RequireAsync(
                Privilege.Repository, Securable.System, ValueBinder.PlaceOf(statement), cancellationToken)
                    .ConfigureAwait(false);
        }

        return statement switch
        {
            CreateRepositoryStatement create => await new RepositoryBinder(context)
                .BindAsync(create, cancellationToken).ConfigureAwait(false),
            DropRepositoryStatement drop => new BoundDropRepository(RepositoryName(drop.Repository)),
            ShowRepositoriesStatement => new BoundShowRepositories(),
            BackupSnapshotStatement backup => await new SnapshotBackupBinder(context)
                .BindAsync(backup, cancellationToken).ConfigureAwait(false),
            RestoreSnapshotStatement restore => new SnapshotRestoreBinder(context).Bind(restore),
            CancelSnapshotJobStatement { ForExternalCatalog: true } =>
                throw Errors.CatalogsNotSupported(ValueBinder.PlaceOf(statement)),
            CancelSnapshotJobStatement cancel => new BoundCancelSnapshotJob(
                cancel.Job == SnapshotJob.Restore, DatabaseOf(cancel.Database, cancel)),
            ShowSnapshotJobsStatement show => new BoundShowSnapshotJobs(
                show.Job == SnapshotJob.Restore, DatabaseOf(show.Database, show)),
            ShowSnapshotsStatement show => SnapshotFilter.Bind(show),
            DropSnapshotStatement drop => new BoundDropSnapshot(
                Label(drop.Snapshot), RepositoryName(drop.Repository), drop.Force),
            _ => throw Errors.CannotExecute(statement.Kind, ValueBinder.PlaceOf(statement)),
        };
    }

    /// <summary>Checks the name of a repository.</summary>
    public static string RepositoryName(Name name) =>
        IsName(name.Text) ? name.Text : throw Errors.InvalidRepositoryName(name.Text, ValueBinder.PlaceOf(name));

    /// <summary>Checks the label of a snapshot.</summary>
    public static string Label(Name name) =>
        IsName(name.Text) ? name.Text : throw Errors.InvalidSnapshotName(name.Text, ValueBinder.PlaceOf(name));

    private string DatabaseOf(Name? name, Statement statement) =>
        name?.Text ?? context.CurrentDatabase ?? throw Errors.NoDatabaseSelected(ValueBinder.PlaceOf(statement));

    // Labels become names of objects: what is safe in every store.
    private static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
