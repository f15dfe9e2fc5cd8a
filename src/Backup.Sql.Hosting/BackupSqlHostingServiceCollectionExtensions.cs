using Backup.Sql.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Backup.Sql.Hosting;

/// <summary>Lets a host with services run backup schedules by itself.</summary>
public static class BackupSqlHostingServiceCollectionExtensions
{
    /// <summary>
    /// Registers two hosted services for the <see cref="BackupHost"/> of the services: one runs schedules as they come
    /// due, one takes over jobs whose process has died. Both start and stop with the host. Several processes may do so
    /// on one state store: each run and each job is taken by one of them.
    /// </summary>
    /// <param name="services">The services; <c>AddBackupSql</c> belongs to them, before or after.</param>
    /// <returns>The services.</returns>
    /// <example><code>
    /// services.AddBackupSql(backup => backup
    ///     .AddEngine("sqlite", SqliteEngine.Open(new() { Directory = "/srv/data" }))
    ///     .AddFiles("/srv/backups"));
    /// services.AddBackupSqlScheduler();
    /// </code></example>
    public static IServiceCollection AddBackupSqlScheduler(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, JobAdoptionService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SchedulerService>());
        return services;
    }
}
