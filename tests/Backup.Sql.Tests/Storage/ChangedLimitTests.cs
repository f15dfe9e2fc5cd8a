using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Tests.Storage;

/// <summary>Limits that change while stores are open.</summary>
public sealed class ChangedLimitTests
{
    private const int MiB = 1 << 20;

    private readonly ManualTimeProvider _clock = new() { JumpsToTimers = true };
    private StoreOptions _options = new() { WriteBytesPerSecond = MiB };

    [Fact]
    public async Task A_store_that_is_open_follows_the_new_rate()
    {
        var providers = new ObjectStoreProviders([new MemoryObjectStoreProvider()])
        {
            Options = _ => _options,
            TimeProvider = _clock,
        };
        await using var before = await providers.OpenAsync(StoreUri.Parse("mem://a"));
        await before.PutIfAbsentAsync("one", new byte[MiB]); // the first second's worth
        _options = _options with { WriteBytesPerSecond = 4 * MiB };
        await using var after = await providers.OpenAsync(StoreUri.Parse("mem://b"));
        var started = _clock.GetTimestamp();
        await before.PutIfAbsentAsync("two", new byte[4 * MiB]);
        await after.PutIfAbsentAsync("three", new byte[4 * MiB]);
        Assert.Equal(2, _clock.GetElapsedTime(started).TotalSeconds, 0.01);
    }

    [Fact]
    public async Task A_rate_that_is_lifted_holds_nobody_up()
    {
        var providers = new ObjectStoreProviders([new MemoryObjectStoreProvider()])
        {
            Options = _ => _options,
            TimeProvider = _clock,
        };
        await using var store = await providers.OpenAsync(StoreUri.Parse("mem://a"));
        _options = new StoreOptions();
        await using var other = await providers.OpenAsync(StoreUri.Parse("mem://a"));
        var started = _clock.GetTimestamp();
        await store.PutIfAbsentAsync("a", new byte[8 * MiB]);
        Assert.Equal(TimeSpan.Zero, _clock.GetElapsedTime(started));
    }

    [Theory]
    [InlineData("mem://a", "b/c", "mem://a/b/c")]
    [InlineData("mem://a/b/", "/c/", "mem://a/b/c")]
    [InlineData("mem://a?x=y", "b c", "mem://a/b%20c?x=y")]
    [InlineData("mem://a?x=y", "", "mem://a?x=y")]
    public void A_path_is_put_below_a_location(string location, string path, string expected) =>
        Assert.Equal(expected, StoreUri.Parse(location).Below(path).Text);

    [Theory]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    public void A_path_that_leads_out_is_refused(string path) => Assert.Equal(
        "22023",
        Assert.Throws<Backup.Sql.Diagnostics.BackupSqlException>(() => StoreUri.Parse("mem://a").Below(path)).SqlState);
}
