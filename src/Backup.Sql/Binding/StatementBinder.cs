using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Turns a statement into what planning needs: names resolved, options typed, times evaluated, locations checked. What
/// can be refused without reading a stored byte is refused here.
/// </summary>
internal sealed class StatementBinder(BindingContext context)
{
    private readonly ValueBinder _values = new(context);

    public async ValueTask<BoundStatement> BindAsync(Statement statement, CancellationToken cancellationToken) =>
        statement switch
    {
        ExplainStatement explain =>
            new BoundExplain(await BindAsync(explain.Inner, cancellationToken).ConfigureAwait(false)),
        BackupStatement backup =>
            await new BackupBinder(context, _values).BindAsync(backup, cancellationToken).ConfigureAwait(false),
        RestoreStatement restore =>
            await new RestoreBinder(context, _values).BindAsync(restore, cancellationToken).ConfigureAwait(false),
        ShowBackupsStatement show => new ShowBinder(context, _values).Bind(show),
        ShowBackupStatement show => new ShowBinder(context, _values).Bind(show),
        ShowJobsStatement show => new JobsBinder(_values).Bind(show),
        ControlJobsStatement control => new JobsBinder(_values).Bind(control),
        SnapshotStatement snapshot =>
            await new SnapshotBinder(context).BindAsync(snapshot, cancellationToken).ConfigureAwait(false),
        _ => throw Errors.CannotExecute(statement.Kind, ValueBinder.PlaceOf(statement)),
    };
}
