using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.Tests.Storage;

public sealed class StoreConformanceTests
{
    public static TheoryData<string> Checks => [.. ObjectStoreConformance.CheckNames];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task The_memory_store_keeps_its_obligations(string check)
    {
        var provider = new MemoryObjectStoreProvider();
        await PassAsync(check, area => provider.OpenAsync(StoreUri.Parse($"mem://{area}")));
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_path_below_a_memory_store_keeps_its_obligations(string check)
    {
        var provider = new MemoryObjectStoreProvider();
        await PassAsync(check, area => provider.OpenAsync(StoreUri.Parse($"mem://suite/{area}/deep")));
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task The_file_store_keeps_its_obligations(string check)
    {
        using var directory = new TemporaryDirectory();
        var provider = new FileObjectStoreProvider(directory.Path);
        await PassAsync(check, area => provider.OpenAsync(StoreUri.Parse($"nodelocal://1/{area}")));
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_store_with_retries_limits_and_metrics_keeps_its_obligations(string check)
    {
        // Rates low enough that everything waits, on a clock that waits for nobody.
        var providers = new ObjectStoreProviders([new MemoryObjectStoreProvider()])
        {
            Options = _ => new StoreOptions
            {
                ReadBytesPerSecond = 1 << 20,
                WriteBytesPerSecond = 1 << 20,
                WriteBurstBytes = 1 << 16,
                MaxConcurrency = 3,
            },
            TimeProvider = new ManualTimeProvider { JumpsToTimers = true },
            Random = new SeededRandomSource(1),
        };
        await PassAsync(check, area => providers.OpenAsync(StoreUri.Parse($"mem://{area}")));
    }

    private static async Task PassAsync(string check, Func<string, ValueTask<IObjectStore>> open)
    {
        var suite = new ObjectStoreConformance((area, _) => open(area)) { BigObjectBytes = 6 << 20 };
        var result = await suite.RunAsync(check);
        Assert.Equal(new StoreCheckResult(check, StoreCheckVerdict.Passed), result);
    }
}
