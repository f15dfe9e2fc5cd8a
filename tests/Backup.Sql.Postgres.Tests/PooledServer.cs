using System.Collections.Concurrent;

namespace Backup.Sql.Postgres.Tests;

/// <summary>A server that one test at a time has to itself, empty of databases; given back on disposal.</summary>
internal sealed class PooledServer : IAsyncDisposable
{
    private static readonly ConcurrentBag<TestServer> Free = [];

    private PooledServer(TestServer server) => Server = server;

    public TestServer Server { get; }

    public static async Task<PooledServer> RentAsync() =>
        new(Free.TryTake(out var server)
            ? server
            : await TestServer.StartAsync());

    public async ValueTask DisposeAsync()
    {
        foreach (var database in await Server.DatabasesAsync())
            await Server.RunSqlAsync("postgres", $"DROP DATABASE \"{database}\" WITH (FORCE)");

        // What a test that failed has left of the log of restores.
        await Server.RunSqlAsync("postgres", "DROP SCHEMA IF EXISTS backupsql CASCADE");
        Free.Add(Server);
    }
}
