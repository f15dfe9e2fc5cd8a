using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;
using Backup.Sql.TestKit.Simulation;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.Tests.Faults;

public sealed class ListingFaultStoreTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly ListingFaults _faults;
    private readonly ListingFaultStore _store;

    public ListingFaultStoreTests()
    {
        _faults = new ListingFaults(_clock);
        _store = new ListingFaultStore(new MemoryObjectStore(), _faults);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    public static TheoryData<string> Checks => [.. ObjectStoreConformance.CheckNames];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task Without_faults_it_is_a_store_like_any_other(string check)
    {
        var provider = new ListingFaultStoreProvider(new MemoryObjectStoreProvider(), _faults);
        var suite = new ObjectStoreConformance(
            (area, token) => provider.OpenAsync(StoreUri.Parse($"mem://{area}"), token))
        {
            BigObjectBytes = 1 << 20,
        };
        Assert.NotEqual(StoreCheckVerdict.Failed, (await suite.RunAsync(check)).Verdict);
        Assert.Equal(0, _faults.Altered);
    }

    [Fact]
    public async Task A_delayed_listing_shows_puts_and_deletions_late_and_reads_at_once()
    {
        _faults.Delay = TimeSpan.FromSeconds(10);
        await PutAsync("a/1");
        Assert.NotNull(await _store.HeadAsync("a/1"));
        Assert.Equal([], await ListAsync());
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["a/1"], await ListAsync());
        await _store.DeleteAsync("a/1");
        Assert.Null(await _store.HeadAsync("a/1"));
        Assert.Equal(["a/1"], await ListAsync());
        Assert.Equal(["a/"], await ListAsync("/"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([], await ListAsync());
        Assert.Equal(3, _faults.Altered);
    }

    [Fact]
    public async Task A_frozen_listing_stays_what_it_was()
    {
        await PutAsync("a/1", "b");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _faults.Freeze();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await PutAsync("a/2");
        await _store.DeleteAsync("b");
        Assert.Equal(["a/1", "b"], await ListAsync());
        _faults.Thaw();
        Assert.Equal(["a/1", "a/2"], await ListAsync());
    }

    [Fact]
    public async Task Entries_are_hidden_doubled_mixed_up_and_marked()
    {
        await PutAsync("a/1", "a/2", "b", "c/d/e");
        _faults.IsHidden = name => name == "b";
        Assert.Equal(["a/1", "a/2", "c/d/e"], await ListAsync());
        _faults.IsHidden = _ => false;
        _faults.IsDuplicated = true;
        Assert.Equal(["a/", "a/", "b", "b", "c/", "c/"], await ListAsync("/"));
        _faults.IsDuplicated = false;
        _faults.HasDirectoryMarkers = true;
        Assert.Equal(["a/", "a/1", "a/2", "b", "c/", "c/d/", "c/d/e"], await ListAsync());
        Assert.Equal(["a/", "b", "c/"], await ListAsync("/"));
        _faults.HasDirectoryMarkers = false;
        _faults.IsUnordered = true;
        var mixed = await ListAsync();
        Assert.NotEqual(["a/1", "a/2", "b", "c/d/e"], mixed);
        Assert.Equal(["a/1", "a/2", "b", "c/d/e"], mixed.Order(StringComparer.Ordinal));
    }

    private async Task PutAsync(params string[] names)
    {
        foreach (var name in names)
            Assert.True(await _store.PutIfAbsentAsync(name, new byte[] { 1 }));
    }

    private async Task<List<string>> ListAsync(string? delimiter = null) =>
        await _store.ListAsync(new ListRequest { Delimiter = delimiter }).Select(entry => entry.Name).ToListAsync();
}
