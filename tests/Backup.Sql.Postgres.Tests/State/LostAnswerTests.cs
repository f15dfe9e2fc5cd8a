using Backup.Sql.State;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests.State;

/// <summary>Connections that break at a commit: whatever became of it, the caller is told the truth.</summary>
public sealed class LostAnswerTests(ITestOutputHelper output)
{
    private static readonly byte[] Value = [1];

    [Theory]
    [InlineData("Message")]
    [InlineData("Answer")]
    public async Task A_commit_without_an_answer_is_made_once_and_told(string cut)
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var proxy = new CuttingProxy((await TestServer.GetAsync()).Port);
        await using var store = await OpenAsync(proxy, $"lost {cut}");
        for (var version = 1; version <= 5; version++)
        {
            proxy.CutNext(Enum.Parse<Cut>(cut));
            Assert.True(await store.TryCommitAsync([new("job", "1", version, Value), new("own", $"{version}", 0, Value)]));
            Assert.Equal(version + 1, (await store.GetAsync("job", "1"))!.Version);
            proxy.CutNext(Enum.Parse<Cut>(cut));
            Assert.True(await store.TryCommitAsync([new("own", $"{version}", 1, null)]));
            proxy.CutNext(Enum.Parse<Cut>(cut));
            Assert.False(await store.TryCommitAsync([new("job", "1", version, Value)]));
        }

        Assert.Equal(15, proxy.Cuts);
        Assert.Empty(await store.ListAsync("own"));
    }

    /// <summary>The entry is as the late message expects it; only the number of the commit tells that it is late.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_comes_late_changes_nothing(bool isMade)
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var proxy = new CuttingProxy((await TestServer.GetAsync()).Port);
        await using var store = await OpenAsync(proxy, $"late {isMade}");
        if (!isMade)
            Assert.True(await store.TryCommitAsync([new("job", "2", 0, Value)]));
        proxy.CutNext(Cut.Late);
        Assert.Equal(isMade, await store.TryCommitAsync([new("job", "2", 0, Value)]));
        Assert.True(await store.TryCommitAsync([new("job", "2", 1, null)]));
        await proxy.ReleaseAsync();
        Assert.Null(await store.GetAsync("job", "2"));
        Assert.Equal(1, proxy.Cuts);
    }

    private static async Task<PostgresStateStore> OpenAsync(CuttingProxy proxy, string schema)
    {
        var server = await TestServer.GetAsync();
        var builder = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = proxy.Port };
        var store = PostgresStateStore.Open(builder.ConnectionString, schema);
        Assert.True(await store.TryCommitAsync([new("job", "1", 0, Value)]));
        return store;
    }
}
