using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Scenarios;

/// <summary>
/// Jobs whose locations hold secrets, in a state file that outlives the process: whoever has the key goes on with them,
/// whoever has the file alone finds no secret in it.
/// </summary>
public sealed class StateSecretsTests : IDisposable
{
    private const string Secret = "MARKER-of-a-secret";
    private const string Depot =
        "mem://clerk:MARKER-password@depot?AWS_ACCESS_KEY_ID=AKIA&AWS_SECRET_ACCESS_KEY=MARKER-of-a-secret&AWS_SESSION_TOKEN=MARKER%2Btoken";

    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryBenchEngine _engine = new(new MemoryEngine(new MemoryEngineOptions { ClusterId = "cluster" }));
    private readonly StoreGate _gate = new();
    private readonly SecretTakingProvider _provider = new();

    static StateSecretsTests() => SQLitePCL.Batteries_V2.Init();

    private string StatePath => Path.Combine(_directory.Below("state"), "state.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_paused_job_goes_on_in_a_process_that_has_the_key_and_its_record_tells_no_secret()
    {
        var job = await PauseInTheMiddleAsync("one.key");
        Assert.Contains("depot", Kept(), StringComparison.Ordinal);
        Assert.DoesNotContain("MARKER", Kept(), StringComparison.Ordinal);
        await using var host = Open("one.key");
        var session = host.OpenSession();
        await session.ExecuteAsync($"RESUME JOB {job}");
        var row = await RowAsync(session, $"SHOW JOB WHEN COMPLETE {job}");
        Assert.Equal("succeeded", row["status"]);
        Assert.All(_provider.Seen, seen => Assert.Equal(Secret, seen));
        Assert.DoesNotContain("MARKER", Kept(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_key_a_job_pauses_and_names_what_it_misses()
    {
        var job = await PauseInTheMiddleAsync("one.key");
        await using (var stranger = Open("two.key"))
        {
            var session = stranger.OpenSession();
            await session.ExecuteAsync($"RESUME JOB {job}");
            var row = await RowAsync(session, $"SHOW JOB WHEN COMPLETE {job}");
            Assert.Equal("paused", row["status"]);
            Assert.StartsWith(SqlStates.CredentialMissing, (string)row["error"]!, StringComparison.Ordinal);
            Assert.Contains("password", (string)row["error"]!, StringComparison.Ordinal);
            Assert.DoesNotContain("MARKER", (string)row["error"]!, StringComparison.Ordinal);
        }

        await using var host = Open("one.key");
        await host.OpenSession().ExecuteAsync($"RESUME JOB {job}");
        Assert.Equal("succeeded", (await RowAsync(host.OpenSession(), $"SHOW JOB WHEN COMPLETE {job}"))["status"]);
    }

    private async Task<long> PauseInTheMiddleAsync(string key)
    {
        _engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one');");
        await using var host = Open(key);
        var session = host.OpenSession();
        _gate.Close("data/");
        var job = (long)(await RowAsync(session, $"BACKUP DATABASE shop INTO '{Depot}' WITH detached"))["job_id"]!;
        await _gate.ReachedAsync();
        Assert.DoesNotContain("MARKER", Kept(), StringComparison.Ordinal);
        await session.ExecuteAsync($"PAUSE JOB {job}");
        Assert.Equal("paused", (await RowAsync(session, $"SHOW JOB WHEN COMPLETE {job}"))["status"]);
        _gate.Open();
        return job;
    }

    private BackupHost Open(string key) => new(new BackupHostOptions
    {
        Engines = new Dictionary<string, IDatabaseEngine> { ["memory"] = _engine.Engine },
        Stores = [new GateStoreProvider(_provider, _gate)],
        StateStore = SqliteStateStore.Open(StatePath),
        SecretVault = SealingSecretVault.WithKeyFile(Path.Combine(_directory.Below("keys"), key)),
    });

    /// <summary>Every byte of the state file, its log and whatever else lies beside it.</summary>
    private string Kept() => string.Concat(
        Directory.GetFiles(Path.GetDirectoryName(StatePath)!).Select(path =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Encoding.Latin1.GetString(bytes);
        }));

    private static async Task<Dictionary<string, object?>> RowAsync(BackupSession session, string sql)
    {
        var result = await session.ExecuteAsync(sql);
        var row = await result.Rows.SingleAsync();
        return result.Columns.Select((column, i) => (column.Name, Value: row[i])).ToDictionary(pair => pair.Name, pair => pair.Value);
    }

    /// <summary>Stores in memory that are to be reached with credentials only, and remember those.</summary>
    private sealed class SecretTakingProvider : IObjectStoreProvider
    {
        private readonly MemoryObjectStoreProvider _inner = new();

        public IReadOnlyList<string> Schemes => _inner.Schemes;

        public List<string> Seen { get; } = [];

        public void Check(StoreUri uri) => Assert.True(uri.Parameters.ContainsKey("AWS_SECRET_ACCESS_KEY"));

        public ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
        {
            lock (Seen)
                Seen.Add(uri.Parameters["AWS_SECRET_ACCESS_KEY"]);
            return _inner.OpenAsync(StoreUri.Parse($"mem://{uri.Host}{uri.Path}"), cancellationToken);
        }
    }
}
