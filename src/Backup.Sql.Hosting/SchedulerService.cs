using Backup.Sql.Sessions;
using Microsoft.Extensions.Hosting;

namespace Backup.Sql.Hosting;

/// <summary>
/// Runs schedules as they come due. Backups that are at work when it stops are left to the backup host.
/// </summary>
internal sealed class SchedulerService(BackupHost host) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => host.RunSchedulerAsync(stoppingToken);
}
