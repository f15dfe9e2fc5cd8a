using System.Collections.Concurrent;
using System.Text;
using Backup.Sql.Aws.Tests.Servers;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.State;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Aws.Tests;

/// <summary>Key locations hold credentials: none of them may be seen anywhere.</summary>
[Collection("environment")]
public sealed class KeySecretsTests : IAsyncDisposable
{
    private const string Secret = "MARKER/secret+key";
    private const string Token = "MARKER-token";

    private readonly AwsServer _server = new();
    private readonly ListLogger _log = new();
    private readonly MemoryStateStore _state = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_key_connection_shows_its_secrets_to_nobody_but_who_may_ask_for_them()
    {
        _server.Keys.Add("key-1");
        _server.Credentials[AwsServer.AccessKey] = Token;
        var location = _server.Key("key-1", "&AWS_SESSION_TOKEN=" + Token)
            .Replace(Uri.EscapeDataString(AwsServer.SecretKey), Uri.EscapeDataString(Secret), StringComparison.Ordinal);
        await using var host = NewHost(new MemoryObjectStoreProvider());
        var session = host.OpenSession();
        var seen = new List<string>();
        await RunAsync($"CREATE EXTERNAL CONNECTION vault AS '{location}'");
        await RunAsync("EXPLAIN CHECK EXTERNAL CONNECTION 'external://vault'");
        Assert.Contains("True", await RunAsync("CHECK EXTERNAL CONNECTION 'external://vault'"), StringComparison.Ordinal);
        var shown = await RunAsync("SHOW EXTERNAL CONNECTIONS");
        Assert.Contains(
            "vault|aws:///redacted?REGION=eu-central-1&AWS_ACCESS_KEY_ID=AKIATESTS&AWS_SECRET_ACCESS_KEY=redacted", shown, StringComparison.Ordinal);
        Assert.EndsWith("KMS", shown, StringComparison.Ordinal);
        _server.Failures.Enqueue(new Failure(400, "AccessDeniedException"));
        Assert.Contains("access is denied", await RunAsync("CHECK EXTERNAL CONNECTION 'external://vault'"), StringComparison.Ordinal);
        _server.Credentials.Clear();
        Assert.Contains("are not accepted", await RunAsync($"CHECK EXTERNAL CONNECTION '{location}'"), StringComparison.Ordinal);
        await RunAsync($"CREATE EXTERNAL CONNECTION two AS '{location}&FLAVOUR=mint'");
        await RunAsync($"BACKUP DATABASE shop INTO 'mem://x' WITH kms = '{location}'");
        await RunAsync($"CHECK EXTERNAL CONNECTION '{location}' WITH TRANSFER = '1MiB'");
        Assert.All(seen.Concat(_log.Lines), RequireNoSecret);
        var kept = await _state.ListAsync("connection");
        Assert.Single(kept);
        Assert.All(kept, entry => Assert.DoesNotContain(
            "MARKER", Uri.UnescapeDataString(Encoding.UTF8.GetString(entry.Value.Span)), StringComparison.Ordinal));

        // But for this one, which is there to give the statement back.
        seen.Clear();
        Assert.Contains("MARKER", await RunAsync("SHOW CREATE EXTERNAL CONNECTION vault"), StringComparison.Ordinal);

        Task<string> RunAsync(string sql) => RunInAsync(session, seen, sql);
    }

    [Fact]
    public async Task Credentials_of_the_environment_are_not_written_or_said()
    {
        var key = _server.Keys.Add("key-1");
        _server.Credentials[AwsServer.AccessKey] = Token;
        var server = $"AUTH=implicit&AWS_ENDPOINT={Uri.EscapeDataString(_server.Endpoint)}";
        var (depot, vault) = ($"s3://bucket/depot?AWS_REGION=eu-central-1&{server}", $"aws:///key-1?REGION=eu-central-1&{server}");
        using var stores = new S3ObjectStoreProvider();
        await using var host = NewHost(stores);
        var session = host.OpenSession();
        var seen = new List<string>();
        Set(AwsServer.AccessKey, Secret, Token);
        try
        {
            await RunAsync($"CREATE EXTERNAL CONNECTION vault AS '{vault}'");
            await RunAsync($"BACKUP DATABASE shop INTO '{depot}' WITH kms = '{vault}', encryption_passphrase = 'MARKERphrase'");
            await RunAsync($"BACKUP DATABASE shop INTO '{depot}' WITH kms = 'external://vault'");
            await RunAsync($"BACKUP DATABASE shop INTO LATEST IN '{depot}' WITH kms = '{vault}'");
            Assert.Equal(2, seen.Count(text => text.Contains("succeeded", StringComparison.Ordinal)));
            foreach (var show in new[] { "SHOW JOBS", "SHOW CREATE EXTERNAL CONNECTION vault", "SHOW REGISTERED BACKUPS", $"CHECK EXTERNAL CONNECTION '{vault}'" })
                await RunAsync(show);
            _server.Credentials.Clear();
            Assert.Contains("are not accepted", await RunAsync($"SHOW BACKUPS IN '{depot}'"), StringComparison.Ordinal);
            await RunAsync($"CHECK EXTERNAL CONNECTION '{vault}'");
        }
        finally
        {
            Set(null, null, null);
        }

        foreach (var table in new[] { "connection", "job", "backup" })
            seen.AddRange((await _state.ListAsync(table)).Select(entry => Encoding.UTF8.GetString(entry.Value.Span)));
        seen.AddRange(_server.Buckets.Contents.Select(Encoding.Latin1.GetString));
        Assert.True(_server.Buckets.Contents.Count > 4);
        Assert.NotEmpty(key);
        Assert.All(seen.Concat(_log.Lines), RequireNoSecret);

        Task<string> RunAsync(string sql) => RunInAsync(session, seen, sql);

        static void Set(string? id, string? secret, string? token)
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", id);
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", secret);
            Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", token);
        }
    }

    // What the server says in words stands in the cause of an error, and nowhere else.
    private static void RequireNoSecret(string text) => Assert.DoesNotContain(
        "MARKER", Uri.UnescapeDataString(text).Replace("MARKER-WORDS", "", StringComparison.Ordinal), StringComparison.Ordinal);

    private BackupHost NewHost(IObjectStoreProvider stores)
    {
        var engine = new MemoryEngine(new MemoryEngineOptions());
        new MemoryBenchEngine(engine).Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
        return new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine> { ["memory"] = engine },
            Stores = [stores],
            KeyServices = [new KmsProvider()],
            StateStore = _state,
            LoggerFactory = _log,
        });
    }

    private static async Task<string> RunInAsync(BackupSession session, List<string> seen, string sql)
    {
        try
        {
            var result = await session.ExecuteAsync(sql);
            var rows = new List<string> { result.Tag };
            rows.AddRange(result.Notices);
            await foreach (var row in result.Rows)
                rows.Add(string.Join('|', row));
            seen.AddRange(rows);
            return rows.Count > 1 ? string.Join('\n', rows.Skip(1)) : rows[0];
        }
        catch (BackupSqlException error)
        {
            seen.Add(error.ToString() + error.Detail + error.Hint);
            return error.Message;
        }
    }

    private sealed class ListLogger : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
