using Backup.Sql.Sessions;
using Backup.Sql.State;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Hosting.Tests;

public sealed class HostedServiceTests : IDisposable
{
    private const int ScheduleRan = 300;

    private readonly ManualTimeProvider _clock = new();
    private readonly RunLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Registering_twice_gives_each_service_once()
    {
        await using var services = Services(new MemoryStateStore());
        Assert.Equal(
            [typeof(JobAdoptionService), typeof(SchedulerService)],
            services.GetServices<IHostedService>().Select(service => service.GetType()));
    }

    [Fact]
    public async Task A_schedule_runs_without_anybody_asking()
    {
        await using var services = Services(new MemoryStateStore());
        await StartAsync(services);
        await ExecuteAsync(
            services,
            "CREATE SCHEDULE 'soon' FOR BACKUP DATABASE shop INTO 'mem://depot' RECURRING '@daily' FULL BACKUP ALWAYS "
            + "WITH SCHEDULE OPTIONS first_run = 'now'");
        Assert.Contains("succeeded", await _log.FirstAsync(ScheduleRan), StringComparison.Ordinal);
        Assert.Single(await ExecuteAsync(services, "SHOW BACKUPS IN 'mem://depot'"));
        await StopAsync(services);
    }

    [Fact]
    public async Task What_was_missed_while_no_process_was_there_is_made_up_for_at_the_start()
    {
        await using var services = Services(new MemoryStateStore());
        await ExecuteAsync(
            services,
            "CREATE SCHEDULE 'hours' FOR BACKUP DATABASE shop INTO 'mem://depot' RECURRING '@hourly' FULL BACKUP ALWAYS");
        _clock.Advance(TimeSpan.FromHours(30));
        await StartAsync(services);
        Assert.Contains("missed its runs", await _log.FirstAsync(ScheduleRan + 1), StringComparison.Ordinal);
        Assert.Single(await ExecuteAsync(services, "SHOW BACKUPS IN 'mem://depot'"));
        await StopAsync(services);
    }

    [Fact]
    public async Task After_the_stop_nothing_is_run_any_more()
    {
        await using var services = Services(new MemoryStateStore());
        await StartAsync(services);
        await StopAsync(services);
        await ExecuteAsync(
            services,
            "CREATE SCHEDULE 'late' FOR BACKUP DATABASE shop INTO 'mem://depot' RECURRING '@daily' FULL BACKUP ALWAYS "
            + "WITH SCHEDULE OPTIONS first_run = 'now'");
        Assert.All(
            services.GetServices<IHostedService>().OfType<BackgroundService>(),
            service => Assert.True(service.ExecuteTask!.IsCompleted));
        Assert.Empty(await ExecuteAsync(services, "SHOW BACKUPS IN 'mem://depot'"));
    }

    private ServiceProvider Services(IStateStore state)
    {
        var engine = new MemoryEngine(new MemoryEngineOptions { TimeProvider = _clock, ClusterId = "cluster" });
        engine.CreateDatabase("shop");
        _clock.Advance(TimeSpan.FromMinutes(1));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddBackupSqlScheduler();
        services.AddBackupSql(backup => backup
            .AddEngine("memory", engine)
            .AddStore(new MemoryObjectStoreProvider())
            .Configure(options => options with { StateStore = state }));
        services.AddBackupSqlScheduler();
        return services.BuildServiceProvider();
    }

    private static async Task StartAsync(ServiceProvider services)
    {
        foreach (var service in services.GetServices<IHostedService>())
            await service.StartAsync(CancellationToken.None);
    }

    private static async Task StopAsync(ServiceProvider services)
    {
        foreach (var service in services.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
    }

    private static async Task<List<IReadOnlyList<object?>>> ExecuteAsync(ServiceProvider services, string sql)
    {
        var session = services.GetRequiredService<BackupHost>().OpenSession();
        return await (await session.ExecuteAsync(sql)).Rows.ToListAsync();
    }
}
