using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Backup.Sql.Postgres.Tests;

/// <summary>
/// A PostgreSQL server of the tests' own, on loopback, started when first asked for; it ends when the process has. Where
/// PostgreSQL is not installed the tests say so; in CI that is a failure.
/// </summary>
internal sealed class TestServer
{
    private const int MostServers = 32;

    private static readonly Lazy<Task<TestServer>> First = new(() => StartAsync());
    private static readonly Lazy<Task<TestServer>> Other = new(() => StartAsync());

    private static int s_databases;
    private static int s_servers;
    private readonly Lock _removal = new();

    private TestServer(string directory, int port, string connectionString)
    {
        Root = directory;
        Port = port;
        ConnectionString = connectionString;
    }

    /// <summary>Where it keeps everything.</summary>
    public string Root { get; }

    public int Port { get; }

    public string ConnectionString { get; }

    /// <summary>The server that most tests share: each makes databases of its own.</summary>
    public static Task<TestServer> GetAsync() => First.Value;

    /// <summary>A second cluster, for what goes from one to another.</summary>
    public static Task<TestServer> GetOtherAsync() => Other.Value;

    /// <summary>Ends a test where there is no server; in CI that is a failure.</summary>
    /// <returns>False when the test must not go on.</returns>
    public static bool IsInstalled(ITestOutputHelper output)
    {
        if (Directory.Exists("/usr/lib/postgresql"))
            return true;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            throw new XunitException("no PostgreSQL: tests/tools/postgres-server.sh install brings it");
        output.WriteLine("skipped: no PostgreSQL; tests/tools/postgres-server.sh install brings it");
        return false;
    }

    /// <summary>Starts a server that only the caller has; it disposes of it with <see cref="StopAsync"/>.</summary>
    /// <param name="options">More options of the server.</param>
    public static async Task<TestServer> StartAsync(string options = "")
    {
        var number = Interlocked.Increment(ref s_servers) % MostServers;
        var directory = Path.Combine(Path.GetTempPath(), $"backupsql-pg-{Environment.ProcessId}-{number}");
        var port = 25_000 + (Environment.ProcessId % 240 * MostServers) + number;
        var output = await RunAsync(
            options, "start", directory, port.ToString(CultureInfo.InvariantCulture));
        var server = new TestServer(directory, port, output.Trim());

        // The test host is given no time to tidy up when it ends.
        await RunAsync("", "watch", directory, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return server;
    }

    public NpgsqlConnectionStringBuilder For(string database) => new(ConnectionString) { Database = database };

    /// <summary>Runs statements outside of a transaction.</summary>
    public async Task RunSqlAsync(string database, params string[] statements)
    {
        await using var connection = await ConnectAsync(database);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>The databases that tests have made.</summary>
    public async Task<IReadOnlyList<string>> DatabasesAsync()
    {
        var names = await QueryAsync(
            "postgres", "SELECT coalesce(string_agg(datname, ','), '') FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'");
        return names.Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The first value of a query, as text.</summary>
    public async Task<string> QueryAsync(string database, string query)
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(query, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
    }

    /// <summary>A connection of the caller's own.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        var builder = For(database);
        builder.Pooling = false;
        builder.CommandTimeout = 120;
        builder.Timeout = 60;

        // Whatever a test has set for a database.
        builder.Options = "-c statement_timeout=0 -c idle_session_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off";
        var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Makes an empty database with a name of its own.</summary>
    public async Task<string> CreateDatabaseAsync(string hint, params string[] statements)
    {
        var name = $"{hint}_{Interlocked.Increment(ref s_databases)}";
        await RunSqlAsync("postgres", $"CREATE DATABASE {name} TEMPLATE template0");
        await RunSqlAsync(name, statements);
        return name;
    }

    /// <summary>Ends the server as a crash would.</summary>
    public Task KillAsync() => RunAsync("", "kill", Root);

    /// <summary>Starts a server again that was killed.</summary>
    public Task RestartAsync() =>
        RunAsync("", "start", Root, Port.ToString(CultureInfo.InvariantCulture));

    public Task StopAsync() => Task.Run(Remove);

    private static async Task<string> RunAsync(string options, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["POSTGRES_OPTIONS"] = options;
        start.ArgumentList.Add(Script());
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new XunitException(await errors);
    }

    private void Remove()
    {
        lock (_removal)
        {
            if (!Directory.Exists(Root))
                return;
            RunAsync("", "stop", Root).GetAwaiter().GetResult();
            Directory.Delete(Root, recursive: true);
        }
    }

    private static string Script()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Backup.Sql.sln")))
            directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "tools", "postgres-server.sh");
    }
}
