using Backup.Sql.Storage;
using Backup.Sql.TestKit.StorageContract;
using Xunit.Abstractions;

namespace Backup.Sql.Aws.Tests;

[Collection(S3Collection.Name)]
public sealed class S3ConformanceTests(S3Server server, ITestOutputHelper output)
{
    public static TheoryData<string> Checks => [.. ObjectStoreConformance.CheckNames];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_bucket_keeps_the_obligations_of_a_store(string check)
    {
        if (!server.IsThere(output))
            return;
        using var provider = new S3ObjectStoreProvider();
        var bucket = await server.NewBucketAsync();
        var suite = new ObjectStoreConformance(
            (area, token) => provider.OpenAsync(StoreUri.Parse(server.Location(bucket, $"suite/{area}")), token));
        var result = await suite.RunAsync(check);
        Assert.Equal(new StoreCheckResult(check, StoreCheckVerdict.Passed), result);
    }

    [Fact]
    public async Task What_the_server_can_do_is_found_out()
    {
        if (!server.IsThere(output))
            return;
        using var provider = new S3ObjectStoreProvider();
        var bucket = await server.NewBucketAsync();
        await using var store = await provider.OpenAsync(StoreUri.Parse(server.Location(bucket)));
        Assert.Equal(
            StoreCapabilities.ConditionalPut | StoreCapabilities.StrongListing | StoreCapabilities.BatchDelete, store.Capabilities);
        await foreach (var entry in store.ListAsync(new ListRequest()))
            Assert.Fail($"the probe left {entry.Name}");
    }
}
