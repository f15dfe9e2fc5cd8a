using Backup.Sql.Aws.Tests.Servers;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;
using Xunit.Abstractions;

namespace Backup.Sql.Aws.Tests;

/// <summary>Connections that break, between us and a real server.</summary>
[Collection(S3Collection.Name)]
public sealed class S3NetworkTests(S3Server server, ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_goes_on_where_the_connection_broke(bool stalls)
    {
        if (!server.IsThere(output))
            return;
        using var wire = new FaultyWire(server.Endpoint!) { Stalls = stalls };
        var bucket = await server.NewBucketAsync();
        using var provider = new S3ObjectStoreProvider { RequestTime = TimeSpan.FromSeconds(stalls ? 2 : 60) };
        await using var store = await provider.OpenAsync(StoreUri.Parse(Through(wire, server.Location(bucket))));
        var content = new byte[1 << 20];
        new SeededRandomSource(9).Fill(content);
        Assert.True(await store.PutIfAbsentAsync("a", content));
        wire.Break(times: 3, after: 100_000);
        var back = new byte[content.Length - 5];
        await store.ReadAsync("a", 5, back);
        Assert.True(content.AsSpan(5).SequenceEqual(back));
        Assert.Equal(3, wire.Broken);

        if (stalls)
            return;
        wire.Break(times: 100, after: 100_000);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => store.ReadAsync("a", 0, content).AsTask());
        Assert.Equal(SqlStates.IoError, failure.SqlState);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task An_upload_that_is_given_up_leaves_nothing_on_a_real_server()
    {
        if (!server.IsThere(output))
            return;
        var bucket = await server.NewBucketAsync();
        using var provider = new S3ObjectStoreProvider();
        await using var store = await provider.OpenAsync(StoreUri.Parse(server.Location(bucket)));
        using var client = server.NewClient();
        await using (var writer = await store.BeginPutAsync("large"))
        {
            await writer.WritePartAsync(new byte[20 << 20]);
            Assert.Single((await client.ListMultipartUploadsAsync(bucket)).MultipartUploads);
        }

        Assert.Empty((await client.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? []);
        Assert.Empty(await store.ListAsync(new ListRequest()).ToListAsync());
    }

    private static string Through(FaultyWire wire, string location) =>
        location[..(location.IndexOf("AWS_ENDPOINT=", StringComparison.Ordinal) + "AWS_ENDPOINT=".Length)] + Uri.EscapeDataString(wire.Endpoint);
}
