using Backup.Sql.State;
using Backup.Sql.TestKit.StateContract;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.Tests.State;

public sealed class MemoryStateStoreTests
{
    public static TheoryData<string> Checks => [.. StateStoreConformance.CheckNames];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task The_state_store_in_memory_keeps_its_obligations(string check)
    {
        var store = new MemoryStateStore();
        var result = await new StateStoreConformance((_, _) => new(store)).RunAsync(check);
        Assert.True(result.Verdict == StoreCheckVerdict.Passed, result.Reason);
    }
}
