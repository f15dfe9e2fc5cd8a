using System.Collections.Concurrent;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.Tests.StorageContract;

/// <summary>The proof of docs/writing-a-store.md, which shows this file from the marker on.</summary>
// docs: proof
public sealed class ShelfStoreTests
{
    [Fact]
    public async Task The_shelf_is_a_store()
    {
        var shelves = new ConcurrentDictionary<string, ConcurrentDictionary<string, byte[]>>();
        var suite = new ObjectStoreConformance(
            (location, _) => new(new ShelfStore(shelves.GetOrAdd(location, _ => []))));
        var report = await suite.RunAsync();
        Assert.NotEmpty(report.Results);
    }
}
