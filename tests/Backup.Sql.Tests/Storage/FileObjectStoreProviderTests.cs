using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Storage;

public sealed class FileObjectStoreProviderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FileObjectStoreProvider _provider;
    private readonly string _root;
    private readonly string _outside;

    public FileObjectStoreProviderTests()
    {
        _root = Directory.CreateDirectory(_directory["ext"]).FullName;
        _outside = Directory.CreateDirectory(_directory["ext-evil"]).FullName;
        _provider = new FileObjectStoreProvider(_root);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("/a/b/")]
    [InlineData("//a///b")]
    [InlineData("/with%20space/%C3%BC")]
    [InlineData("/.hidden/..dots../...")]
    public void Paths_at_or_below_the_root_are_accepted(string path)
    {
        _provider.Check(StoreUri.Parse("file://" + _root + path));
        _provider.Check(StoreUri.Parse("file://localhost" + _root + path));
        _provider.Check(StoreUri.Parse("nodelocal://1" + path));
        _provider.Check(StoreUri.Parse("nodelocal://self" + path));
    }

    [Theory]
    [InlineData("file://{root}-evil")]
    [InlineData("file://{root}-evil/a")]
    [InlineData("file://{root}/..")]
    [InlineData("file://{root}/../ext-evil")]
    [InlineData("file://{root}/a/%2e%2e/%2E%2E/ext-evil")]
    [InlineData("file://{root}/a/..%2f..%2fext-evil")]
    [InlineData("file://{root}/./a")]
    [InlineData("file:///")]
    [InlineData("file:///etc")]
    [InlineData("file://")]
    [InlineData("nodelocal://1/..")]
    [InlineData("nodelocal://1/../ext-evil")]
    [InlineData("nodelocal://1/%2e%2e%2fext-evil")]
    [InlineData("nodelocal://1/a/../b")]
    public async Task Paths_that_lead_out_of_the_root_are_refused(string location)
    {
        var uri = StoreUri.Parse(location.Replace("{root}", _root, StringComparison.Ordinal));
        var refusal = Assert.Throws<BackupSqlException>(() => _provider.Check(uri));
        Assert.Equal(SqlStates.InvalidParameterValue, refusal.SqlState);
        Assert.NotNull(refusal.Hint);
        await Assert.ThrowsAsync<BackupSqlException>(async () => await _provider.OpenAsync(uri));
    }

    [Fact]
    public void A_zero_byte_is_refused_before_anything_is_opened() => Assert.Equal(
        SqlStates.InvalidParameterValue,
        Assert.Throws<BackupSqlException>(() => StoreUri.Parse($"file://{_root}/a%00b")).SqlState);

    [Theory]
    [InlineData("nodelocal:///a")]
    [InlineData("nodelocal://host/a")]
    [InlineData("nodelocal://-1/a")]
    [InlineData("file://server/share")]
    [InlineData("file:///tmp?AUTH=implicit")]
    [InlineData("nodelocal://1/a?cockroach_locality=x")]
    public void Hosts_and_parameters_that_mean_nothing_are_refused(string location) => Assert.Equal(
        SqlStates.InvalidParameterValue,
        Assert.Throws<BackupSqlException>(() => _provider.Check(StoreUri.Parse(location))).SqlState);

    [Fact]
    public void A_locality_may_stand_in_every_location() =>
        _provider.Check(StoreUri.Parse("nodelocal://1/a?COCKROACH_LOCALITY=region%3Deast"));

    [Fact]
    public async Task A_link_in_the_location_counts_as_what_it_leads_to()
    {
        Directory.CreateSymbolicLink(_directory["ext/out"], _outside);
        Directory.CreateSymbolicLink(_directory["ext/up"], "../ext-evil/deep");
        Directory.CreateDirectory(_directory["ext/inner"]);
        Directory.CreateSymbolicLink(_directory["ext/in"], "inner");
        Directory.CreateSymbolicLink(_directory["door"], _root);

        Assert.Throws<BackupSqlException>(() => _provider.Check(StoreUri.Parse("nodelocal://1/out/a")));
        Assert.Throws<BackupSqlException>(() => _provider.Check(StoreUri.Parse("nodelocal://1/up")));
        await using var store = await _provider.OpenAsync(StoreUri.Parse($"file://{_directory["door"]}/in/x"));
        Assert.True(await store.PutIfAbsentAsync("a", "1"u8.ToArray()));
        Assert.True(File.Exists(_directory["ext/inner/x/a"]));
    }

    [Fact]
    public void Links_that_lead_to_each_other_are_an_error_and_no_hang()
    {
        File.CreateSymbolicLink(_directory["ext/a"], "b");
        File.CreateSymbolicLink(_directory["ext/b"], "a");
        Assert.Throws<BackupSqlException>(() => _provider.Check(StoreUri.Parse("nodelocal://1/a/c")));
    }

    [Fact]
    public async Task A_root_that_is_itself_a_link_serves_both_of_its_names()
    {
        Directory.CreateSymbolicLink(_directory["door"], _root);
        var provider = new FileObjectStoreProvider(_directory["door"]);
        await using var one = await provider.OpenAsync(StoreUri.Parse($"file://{_directory["door"]}/c"));
        await using var other = await provider.OpenAsync(StoreUri.Parse($"file://{_root}/c"));
        Assert.True(await one.PutIfAbsentAsync("a", "1"u8.ToArray()));
        Assert.NotNull(await other.HeadAsync("a"));
    }

    [Fact]
    public async Task A_missing_root_is_named_and_never_created()
    {
        var provider = new FileObjectStoreProvider(_directory["unmounted"]);
        var error = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await provider.OpenAsync(StoreUri.Parse("nodelocal://1/a")));
        Assert.Equal(SqlStates.UndefinedFile, error.SqlState);
        Assert.Contains(_directory["unmounted"], error.Detail, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory["unmounted"]));
    }

    [Fact]
    public async Task A_root_that_vanishes_is_named_by_every_operation()
    {
        await using var store = await _provider.OpenAsync(StoreUri.Parse("nodelocal://1/c"));
        Directory.Delete(_root);
        await Refused(async () => await store.PutIfAbsentAsync("a", default));
        await Refused(async () => await store.ReadAsync("a", 0, default));
        await Refused(async () => await store.HeadAsync("a"));
        await Refused(async () => await store.ListAsync(new ListRequest()).ToListAsync());
        Assert.False(Directory.Exists(_root));

        static async Task Refused(Func<Task> act)
        {
            var error = await Assert.ThrowsAsync<BackupSqlException>(act);
            Assert.Equal(SqlStates.UndefinedFile, error.SqlState);
            Assert.Contains("root", error.Message, StringComparison.Ordinal);
        }
    }
}
