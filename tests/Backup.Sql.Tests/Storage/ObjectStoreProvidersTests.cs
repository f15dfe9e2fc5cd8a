using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Storage;

public sealed class ObjectStoreProvidersTests
{
    private readonly MemoryObjectStoreProvider _memory = new();

    [Fact]
    public void A_scheme_finds_its_provider()
    {
        var files = new FileObjectStoreProvider(Path.GetTempPath());
        var providers = new ObjectStoreProviders([_memory, files]);
        Assert.Equal(["file", "mem", "nodelocal"], providers.Schemes);
        Assert.Same(_memory, providers.Resolve(StoreUri.Parse("mem://a")));
        Assert.Same(files, providers.Resolve(StoreUri.Parse("FILE:///a")));
    }

    [Fact]
    public void A_scheme_that_nobody_serves_is_refused_with_those_that_are_served()
    {
        var uri = StoreUri.Parse("s3://bucket?AWS_SECRET_ACCESS_KEY=hush");
        var refusal = Assert.Throws<BackupSqlException>(() => new ObjectStoreProviders([_memory]).Resolve(uri));
        Assert.Equal(SqlStates.FeatureNotSupported, refusal.SqlState);
        Assert.Contains("mem://", refusal.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_providers_of_one_scheme_are_refused() => Assert.Equal(
        SqlStates.DuplicateObject,
        Assert.Throws<BackupSqlException>(
            () => new ObjectStoreProviders([_memory, new MemoryObjectStoreProvider()])).SqlState);

    [Fact]
    public async Task Memory_locations_of_one_name_share_their_objects_and_paths_nest()
    {
        await using var all = await _memory.OpenAsync(StoreUri.Parse("mem://trial"));
        await using var below = await _memory.OpenAsync(StoreUri.Parse("mem://trial/a/b/"));
        await using var other = await _memory.OpenAsync(StoreUri.Parse("mem://other"));
        Assert.True(await below.PutIfAbsentAsync("c", new byte[3]));
        Assert.Equal([new ListEntry("a/b/c", 3, false)], await all.ListAsync(new ListRequest()).ToListAsync());
        Assert.Equal([new ListEntry("c", 3, false)], await below.ListAsync(new ListRequest()).ToListAsync());
        Assert.Null(await other.HeadAsync("a/b/c"));
    }

    [Theory]
    [InlineData("mem://")]
    [InlineData("mem:///a")]
    [InlineData("mem://a/../b")]
    [InlineData("mem://a/b//c")]
    [InlineData("mem://a?x=y")]
    public void Memory_locations_are_checked(string location) => Assert.Equal(
        SqlStates.InvalidParameterValue,
        Assert.Throws<BackupSqlException>(() => _memory.Check(StoreUri.Parse(location))).SqlState);
}
