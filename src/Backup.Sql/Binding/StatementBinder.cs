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

    private GrantsBinder Grants => new(context);

    public async ValueTask<BoundStatement> BindAsync(Statement statement, CancellationToken cancellationToken) =>
        statement switch
    {
        ExplainStatement explain =>
            new BoundExplain(await BindAsync(explain.Inner, cancellationToken).ConfigureAwait(false)),
        RecoverStatement recover => throw Errors.NotOffered(
            "RECOVER", "What is dropped is not kept aside: bring it back from a backup with RESTORE.",
            ValueBinder.PlaceOf(recover)),
        BackupStatement backup =>
            await new BackupBinder(context, _values).BindAsync(backup, cancellationToken).ConfigureAwait(false),
        RestoreStatement restore =>
            await new RestoreBinder(context, _values).BindAsync(restore, cancellationToken).ConfigureAwait(false),
        ShowBackupsStatement show =>
            await new ShowBinder(context, _values).BindAsync(show, cancellationToken).ConfigureAwait(false),
        ShowBackupStatement show =>
            await new ShowBinder(context, _values).BindAsync(show, cancellationToken).ConfigureAwait(false),
        AlterBackupStatement alter =>
            await new AlterBackupBinder(context, _values).BindAsync(alter, cancellationToken).ConfigureAwait(false),
        ShowJobsStatement show => new JobsBinder(_values).Bind(show),
        ControlJobsStatement control => new JobsBinder(_values).Bind(control),
        DropBackupStatement drop =>
            await new ExpiryBinder(context, _values).BindAsync(drop, cancellationToken).ConfigureAwait(false),
        DropBackupsStatement drop =>
            await new ExpiryBinder(context, _values).BindAsync(drop, cancellationToken).ConfigureAwait(false),
        ShowRegisteredBackupsStatement show => new RegistryBinder(context, _values).Bind(show),
        ShowRegisteredBackupStatement show => new RegistryBinder(context, _values).Bind(show),
        AlterRegisteredBackupStatement alter =>
            await new RegistryBinder(context, _values).BindAsync(alter, cancellationToken).ConfigureAwait(false),
        DropRegisteredBackupsStatement drop =>
            await new RegistryBinder(context, _values).BindAsync(drop, cancellationToken).ConfigureAwait(false),
        ImportBackupStatement import =>
            await new RegistryBinder(context, _values).BindAsync(import, cancellationToken).ConfigureAwait(false),
        AlterJobOwnerStatement alter => new JobsBinder(_values).Bind(alter),
        CreateScheduleStatement create =>
            await new ScheduleBinder(context, _values).BindAsync(create, cancellationToken).ConfigureAwait(false),
        AlterScheduleStatement alter =>
            await new ScheduleBinder(context, _values).BindAsync(alter, cancellationToken).ConfigureAwait(false),
        ShowSchedulesStatement show => ScheduleBinder.Bind(show),
        ShowScheduleStatement show => new ScheduleBinder(context, _values).Bind(show),
        ShowCreateScheduleStatement show => new ScheduleBinder(context, _values).Bind(show),
        ControlSchedulesStatement control => new ScheduleBinder(context, _values).Bind(control),
        CreatePolicyStatement create =>
            await new PolicyBinder(context, _values).BindAsync(create, cancellationToken).ConfigureAwait(false),
        AlterPolicyStatement alter =>
            await new PolicyBinder(context, _values).BindAsync(alter, cancellationToken).ConfigureAwait(false),
        DropPolicyStatement drop =>
            await new PolicyBinder(context, _values).BindAsync(drop, cancellationToken).ConfigureAwait(false),
        ShowPoliciesStatement show => PolicyBinder.Bind(show),
        ShowMissedBackupsStatement show => PolicyBinder.Bind(show),
        GrantStatement grant => await Grants.BindAsync(grant, cancellationToken).ConfigureAwait(false),
        RevokeStatement revoke => await Grants.BindAsync(revoke, cancellationToken).ConfigureAwait(false),
        GrantSnapshotPrivilegeStatement grant => await Grants.BindAsync(grant, cancellationToken).ConfigureAwait(false),
        ShowGrantsStatement show => await Grants.BindAsync(show, cancellationToken).ConfigureAwait(false),
        CreateExternalConnectionStatement or AlterExternalConnectionStatement or DropExternalConnectionStatement
            or CheckExternalConnectionStatement or ShowExternalConnectionsStatement
            or ShowCreateExternalConnectionStatement =>
            await new ConnectionsBinder(context, _values).BindAsync(statement, cancellationToken).ConfigureAwait(false),
        SetClusterSettingStatement or ResetClusterSettingStatement or ShowClusterSettingsStatement =>
            await new SettingsBinder(context, _values).BindAsync(statement, cancellationToken).ConfigureAwait(false),
        ConfigureZoneStatement zone =>
            await new ZoneBinder(context, _values).BindAsync(zone, cancellationToken).ConfigureAwait(false),
        ExcludeTableDataStatement exclude =>
            await new ZoneBinder(context, _values).BindAsync(exclude, cancellationToken).ConfigureAwait(false),
        SnapshotStatement snapshot =>
            await new SnapshotBinder(context).BindAsync(snapshot, cancellationToken).ConfigureAwait(false),
        _ => throw Errors.CannotExecute(statement.Kind, ValueBinder.PlaceOf(statement)),
    };
}
