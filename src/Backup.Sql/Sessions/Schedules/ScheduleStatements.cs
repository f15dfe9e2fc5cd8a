using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>Carries out the statements about schedules.</summary>
internal sealed class ScheduleStatements(BackupHost host, string user)
{
    public Task<StatementResult> RunAsync(BoundScheduleStatement bound, CancellationToken cancellationToken) =>
        bound switch
        {
            BoundCreateSchedule create => new ScheduleCreation(host, user).RunAsync(create, cancellationToken),
            BoundAlterSchedule alter => new ScheduleAlteration(host, user).RunAsync(alter, cancellationToken),
            BoundControlSchedules control => new ScheduleControls(host, user).RunAsync(control, cancellationToken),
            BoundShowSchedules show => new ScheduleReport(host).RunAsync(show, cancellationToken),
            BoundShowCreateSchedule show => new ScheduleReport(host).RunAsync(show, cancellationToken),
            _ => throw Errors.CannotExecute(bound.GetType().Name, default),
        };
}
