using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>Carries out the statements about schedules.</summary>
internal sealed class ScheduleStatements(BackupHost host, Rights rights)
{
    public Task<StatementResult> RunAsync(BoundScheduleStatement bound, CancellationToken cancellationToken) =>
        bound switch
        {
            BoundCreateSchedule create => new ScheduleCreation(host, rights.User).RunAsync(create, cancellationToken),
            BoundAlterSchedule alter => new ScheduleAlteration(host, rights).RunAsync(alter, cancellationToken),
            BoundControlSchedules control => new ScheduleControls(host, rights).RunAsync(control, cancellationToken),
            BoundShowSchedules show => new ScheduleReport(host).RunAsync(show, cancellationToken),
            BoundShowCreateSchedule show => new ScheduleReport(host).RunAsync(show, cancellationToken),
            _ => throw Errors.CannotExecute(bound.GetType().Name, default),
        };
}
