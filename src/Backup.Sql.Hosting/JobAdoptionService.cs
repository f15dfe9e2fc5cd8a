using Backup.Sql.Diagnostics;
using Backup.Sql.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Backup.Sql.Hosting;

/// <summary>
/// Takes over jobs whose process has died: at the start, and whenever the lease of another one may have run out.
/// </summary>
internal sealed class JobAdoptionService(
    BackupHost host, TimeProvider? time = null, ILogger<JobAdoptionService>? logger = null) : BackgroundService
{
    /// <summary>How long to wait when the state store did not answer.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<JobAdoptionService>.Instance;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = RetryDelay;
            try
            {
                var adoption = await host.AdoptJobsAsync(stoppingToken).ConfigureAwait(false);
                foreach (var job in adoption.Jobs)
                    Log.Adopted(_logger, job.JobId, job.Status, job.Description);
                pause = adoption.NextCheck - _time.GetUtcNow();
            }
            catch (BackupSqlException error)
            {
                Log.AdoptionFailed(_logger, error);
            }

            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, _time, stoppingToken).ConfigureAwait(false);
        }
    }
}
