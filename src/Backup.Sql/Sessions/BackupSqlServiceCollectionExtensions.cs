using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Sessions;

/// <summary>Registers Backup.Sql with a host's services.</summary>
public static class BackupSqlServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="BackupHost"/> and a <see cref="BackupSession"/> per scope. The host takes the logger
    /// factory and the <see cref="TimeProvider"/> of the services if there are any.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Adds engines and stores.</param>
    /// <returns>The services.</returns>
    /// <example><code>
    /// services.AddBackupSql(backup => backup
    ///     .AddEngine("sqlite", SqliteEngine.Open(new() { Directory = "/srv/data" }))
    ///     .AddFiles("/srv/backups"));
    /// </code></example>
    public static IServiceCollection AddBackupSql(this IServiceCollection services, Action<BackupSqlBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new BackupSqlBuilder();
        configure(builder);
        services.AddSingleton(provider => new BackupHost(WithServices(builder.Build(provider), provider)));
        services.AddScoped(provider => provider.GetRequiredService<BackupHost>().OpenSession());
        return services;
    }

    private static BackupHostOptions WithServices(BackupHostOptions options, IServiceProvider provider) => options with
    {
        LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory,
        TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider,
    };
}
