using Backup.Sql.Diagnostics;
using Backup.Sql.Keys;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Tests.Keys;

public sealed class KeyServicesTests
{
    [Fact]
    public void A_scheme_that_nobody_serves_is_refused_with_those_that_are()
    {
        var services = new KeyServices([new FlakyProvider("vault-kms"), new FlakyProvider("local-kms")]);
        var failure = Assert.Throws<BackupSqlException>(() => services.Check(StoreUri.Parse("azure-kms:///key/1?AUTH=implicit")));
        Assert.Equal(SqlStates.FeatureNotSupported, failure.SqlState);
        Assert.Equal("no key service is registered for azure-kms:// locations", failure.Message);
        Assert.Equal("Use one of local-kms:///, vault-kms:///, or register a provider.", failure.Hint);
        Assert.Equal(
            SqlStates.DuplicateObject,
            Assert.Throws<BackupSqlException>(() => new KeyServices([new FlakyProvider("a"), new FlakyProvider("a")])).SqlState);
    }

    [Theory]
    [InlineData("gs:///projects/p/locations/l/keyRings/r/cryptoKeys/k", true)]
    [InlineData("gs://bucket/path", false)]
    [InlineData("s3://bucket", false)]
    [InlineData("vault-kms:///key", true)]
    [InlineData("gcp-kms:///k", true)]
    [InlineData("AWS:///k", true)]
    public void Locations_of_keys_are_told_from_those_of_backups(string location, bool isKey) =>
        Assert.Equal(isKey, new KeyServices([new FlakyProvider("vault-kms")]).Names(StoreUri.Parse(location)));

    [Theory]
    [InlineData("vault-kms://host/key")]
    [InlineData("vault-kms:///")]
    [InlineData("vault-kms://")]
    public void A_location_must_name_a_key_and_no_host(string location)
    {
        var services = new KeyServices([new FlakyProvider("vault-kms")]);
        var failure = Assert.Throws<BackupSqlException>(() => services.Check(StoreUri.Parse(location)));
        Assert.Equal(SqlStates.InvalidParameterValue, failure.SqlState);
    }

    [Fact]
    public async Task Calls_are_tried_again_and_others_are_not()
    {
        var provider = new FlakyProvider("vault-kms");
        var services = new KeyServices([provider])
        {
            TimeProvider = new ManualTimeProvider { JumpsToTimers = true }, Random = new SeededRandomSource(2),
        };
        provider.Failures = 5;
        await using var service = await services.OpenAsync(StoreUri.Parse("vault-kms:///key"));
        provider.Failures = 5;
        Assert.Equal([1], await service.WrapAsync(new byte[] { 1 }, default));
        provider.Failures = 5;
        Assert.Equal([2], await service.UnwrapAsync(new byte[] { 2 }, default));
        Assert.Equal(18, provider.Calls);
        provider.Failures = 6;
        await Assert.ThrowsAsync<BackupSqlException>(() => service.WrapAsync(new byte[] { 1 }, default).AsTask());
        provider.Failures = 1;
        provider.Passing = false;
        await Assert.ThrowsAsync<BackupSqlException>(() => service.WrapAsync(new byte[] { 1 }, default).AsTask());
        Assert.Equal(25, provider.Calls);
    }

    /// <summary>A service that fails as often as it is told, and wraps nothing.</summary>
    private sealed class FlakyProvider(string scheme) : IKeyManagementProvider, IKeyManagementService
    {
        public int Failures { get; set; }

        public bool Passing { get; set; } = true;

        public int Calls { get; private set; }

        public IReadOnlyList<string> Schemes => [scheme];

        public string KeyId => "key";

        public void Check(StoreUri uri)
        {
        }

        public ValueTask<IKeyManagementService> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
        {
            Call();
            return new(this);
        }

        public ValueTask<byte[]> WrapAsync(
            ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
        {
            Call();
            return new(key.ToArray());
        }

        public ValueTask<byte[]> UnwrapAsync(
            ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
        {
            Call();
            return new(wrapped.ToArray());
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private void Call()
        {
            Calls++;
            if (Failures-- > 0)
                throw new BackupSqlException(SqlStates.IoError, "it failed") { Transient = Passing };
        }
    }
}
