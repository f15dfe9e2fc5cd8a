using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.Sessions.Schedules;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>
/// Statements of every family with a secret in every place where one can stand, so that they succeed and so that they fail;
/// then everything that was written or said is searched for the secrets.
/// </summary>
public sealed class SecretsEverywhereTests : IDisposable
{
    private const string Mark = "MARKER";

    // Each place has its own, so that the one that leaks is known. SHOW CREATE EXTERNAL CONNECTION shows an administrator
    // what he typed; nothing else does.
    private const string Good = "mem://clerk:MARKERpassword@{0}?AWS_ACCESS_KEY_ID=AKIA&AWS_SECRET_ACCESS_KEY=MARKERkey&AWS_SESSION_TOKEN=MARKER%2Btoken&CREDENTIALS=MARKERcredentials&AZURE_ACCOUNT_KEY=MARKERaccount&AZURE_CLIENT_SECRET=MARKERclient&aws_session_token=MARKERlower&fs.s3a.secret.key=MARKERproperty";

    private static readonly string[] BadLocations =
    [
        "mem://clerk:MARKER/slash@depot", "mem://clerk:MARKER?question@depot", "mem://clerk:MARK@ER:MARKER@depot/../x?a=b",
        "mem://depot?MARKERname=1", "mem://depot?MARKERalone", "mem://depot?x=MARKERone&x=MARKERtwo", "mem://depot?MARKER=1&MARKER=2",
        "mem://depot#MARKERfragment", "mem://depot?AWS_SECRET_ACCESS_KEY=MARKERkey%00", "mem:/depot?AWS_SECRET_ACCESS_KEY=MARKERkey",
        "nowhere://clerk:MARKERpassword@x?AWS_SECRET_ACCESS_KEY=MARKERkey", "file://MARKERhost:MARKERpw@h/x?token=MARKER",
        "nodelocal://MARKERuser:MARKERpw@x/../y", "external://clerk:MARKERpw@depot2?AWS_SESSION_TOKEN=MARKERtoken",
        "aws-kms:///k?AUTH=specified&AWS_SECRET_ACCESS_KEY=MARKERkms&REGION=eu&FLAVOUR=MARKERflavour",
        "userfile://a:MARKERpw@b/c?CREDENTIALS=MARKERcred",
    ];

    private static readonly string[] Statements =
    [
        "BACKUP DATABASE shop INTO '{u}'",
        "BACKUP DATABASE shop INTO LATEST IN '{u}' WITH name = 'one', labels = 'a=b'",
        "BACKUP DATABASE shop INTO '{u}' WITH encryption_passphrase = 'MARKERphrase'",
        "BACKUP DATABASE shop INTO '{u}' WITH kms = 'aws:///k?AUTH=specified&REGION=eu&AWS_ACCESS_KEY_ID=A&AWS_SECRET_ACCESS_KEY=MARKERkms'",
        "BACKUP DATABASE shop INTO '{u}' WITH incremental_location = 'mem://c:MARKERpw@increments?AWS_SECRET_ACCESS_KEY=MARKERinc'",
        "BACKUP DATABASE nosuch INTO '{u}'",
        "BACKUP TABLE shop.nosuch INTO ('{u}', '{u}')",
        "EXPLAIN BACKUP DATABASE shop INTO LATEST IN '{u}'",
        "SHOW BACKUPS IN '{u}'",
        "SHOW BACKUP FROM LATEST IN '{u}' WITH check_files, as_json",
        "SHOW BACKUP FROM LATEST IN '{u}' WITH encryption_passphrase = 'MARKERphrase'",
        "SHOW BACKUP VALIDATE FROM LATEST IN '{u}'",
        "SHOW BACKUP FROM 'nosuch' IN '{u}'",
        "RESTORE DATABASE shop FROM LATEST IN '{u}' WITH new_db_name = 'proof'",
        "RESTORE DATABASE shop FROM LATEST IN '{u}' WITH new_db_name = 'proof2', encryption_passphrase = 'MARKERphrase'",
        "RESTORE DATABASE shop FROM LATEST IN '{u}'",
        "EXPLAIN RESTORE DATABASE shop FROM LATEST IN '{u}' WITH new_db_name = 'proof3'",
        "ALTER BACKUP LATEST IN '{u}' ADD NEW_KMS = 'aws:///n?AUTH=specified&REGION=eu&AWS_ACCESS_KEY_ID=A&AWS_SECRET_ACCESS_KEY=MARKERnew' WITH OLD_KMS = 'aws:///o?AUTH=specified&REGION=eu&AWS_ACCESS_KEY_ID=A&AWS_SECRET_ACCESS_KEY=MARKERold'",
        "CREATE EXTERNAL CONNECTION depot{n} AS '{u}'",
        "CREATE EXTERNAL CONNECTION key{n} AS 'aws:///MARKERpath?AUTH=specified&REGION=eu&AWS_ACCESS_KEY_ID=A&AWS_SECRET_ACCESS_KEY=MARKERkms'",
        "SHOW EXTERNAL CONNECTIONS",
        "CHECK EXTERNAL CONNECTION '{u}'",
        "BACKUP DATABASE shop INTO 'external://depot{n}'",
        "CREATE SCHEDULE nightly{n} FOR BACKUP DATABASE shop INTO '{u}' RECURRING '@daily' FULL BACKUP ALWAYS WITH SCHEDULE OPTIONS first_run = 'now', ignore_existing_backups",
        "CREATE SCHEDULE sealed{n} FOR BACKUP DATABASE shop INTO '{u}' WITH encryption_passphrase = 'MARKERphrase' RECURRING '@daily'",
        "SHOW SCHEDULES",
        "SHOW CREATE ALL SCHEDULES",
        "CREATE BACKUP POLICY everything{n} FOR ALL DATABASES INTO '{u}' RECURRING '@daily'",
        "SHOW BACKUP POLICIES",
        "CREATE REPOSITORY r{n} WITH BROKER lake ON LOCATION 'mem://c:MARKERpw@lake' PROPERTIES (\"username\" = \"u\", \"password\" = \"MARKERbroker\", \"aws.s3.secret_key\" = \"MARKERs3\")",
        "CREATE REPOSITORY q{n} WITH BROKER ON LOCATION '{u}' PROPERTIES (\"password\" = \"MARKERbroker\")",
        "SHOW REPOSITORIES",
        "BACKUP SNAPSHOT shop.s{n} TO r{n}",
        "SHOW SNAPSHOT ON r{n}",
        "SHOW BACKUP FROM shop",
        "IMPORT BACKUP '{u}#LATEST' USING PLUGIN 'collection' FOR DATABASE shop AS 'adopted{n}'",
        "SHOW REGISTERED BACKUPS",
        "DROP BACKUPS IN '{u}' KEEP (LAST = 3)",
        "EXPLAIN DROP BACKUPS IN '{u}' OLDER THAN '-1s'",
        "DROP BACKUP 'nosuch' IN '{u}'",
        "SHOW JOBS",
        "BACKUP DATABASE shop INTO '{u}' WITH encryption_passphrse = 'MARKERoption'",
        "BACKUP DATABASE shop IN TO '{u}'",
        "SET CLUSTER SETTING backup.nosuch = 'MARKERsecret'",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentQueue<string> _said = [];
    private readonly MemoryBenchEngine _engine = new(new MemoryEngine(new MemoryEngineOptions { ClusterId = "cluster" }));
    private readonly ConcurrentDictionary<string, MemoryObjectStoreProvider> _stores = new() { ["mem"] = new(), ["lake"] = new() };

    static SecretsEverywhereTests() => SQLitePCL.Batteries_V2.Init();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task No_secret_is_written_or_said_anywhere()
    {
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Backup.Sql", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => Say($"activity {activity.DisplayName} {string.Join(' ', activity.TagObjects)}"),
        };
        ActivitySource.AddActivityListener(activities);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Backup.Sql")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => Say($"metric {string.Join(' ', tags.ToArray())}"));
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Say($"metric {string.Join(' ', tags.ToArray())}"));
        meters.Start();

        _engine.Execute("shop", "CREATE TABLE till (id INTEGER PRIMARY KEY); INSERT INTO till VALUES (1)");
        var succeeded = await RunAsync();
        Assert.InRange(succeeded, Statements.Length / 3, Statements.Length * 2);
        Assert.Contains(_said, text => text.StartsWith("metric", StringComparison.Ordinal));
        Assert.Contains(_said, text => text.StartsWith("log", StringComparison.Ordinal));
        Assert.All(_said, text => Assert.False(text.Contains(Mark, StringComparison.OrdinalIgnoreCase), text));

        var state = 0;
        foreach (var path in Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            Search(path, bytes);
            state += bytes.Length;
        }

        Assert.InRange(state, 1000, int.MaxValue);
        foreach (var (provider, location) in new[] { ("mem", "depot"), ("lake", "lake") })
            await SearchAsync(provider, location);
    }

    private async Task<int> RunAsync()
    {
        await using var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine> { ["memory"] = _engine.Engine },
            Stores = [new Undemanding(_stores["mem"])],
            Brokers = new Dictionary<string, IObjectStoreProvider> { ["lake"] = new Undemanding(_stores["lake"]) },
            StateStore = SqliteStateStore.Open(Path.Combine(_directory.Below("state"), "state.db")),
            SecretVault = SealingSecretVault.WithKeyFile(Path.Combine(_directory.Below("keys"), "key")),
            LoggerFactory = new Listening(this),
            ScratchDirectory = _directory.Below("scratch"),
        });
        var session = host.OpenSession();
        var succeeded = 0;
        var number = 0;
        foreach (var location in BadLocations.Prepend(Good.Replace("{0}", "depot", StringComparison.Ordinal)))
        {
            // The bad ones are refused before much is done: a part of the statements sees each.
            var turn = number;
            foreach (var statement in Statements.Where(
                (s, i) => turn == 0 || (i % 4 == turn % 4 && s.Contains("{u}", StringComparison.Ordinal))))
            {
                var sql = statement.Replace("{n}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                succeeded += await SayAsync(session, sql.Replace("{u}", location, StringComparison.Ordinal), []);

                // The same by a placeholder, where it stands alone in its string.
                if (sql.Contains("'{u}'", StringComparison.Ordinal))
                    succeeded += await SayAsync(session, sql.Replace("'{u}'", "$1", StringComparison.Ordinal), [location]);
            }

            number++;
        }

        await SayAsync(session, "SHOW JOBS WHEN COMPLETE SELECT job_id FROM [SHOW JOBS]", []);
        await new BackupScheduler(host).RunDueAsync(CancellationToken.None);
        await SayAsync(session, "SHOW JOBS WHEN COMPLETE SELECT job_id FROM [SHOW JOBS]", []);
        await SayAsync(session, "SHOW JOBS WITH EXECUTION DETAILS", []);
        return succeeded;
    }

    private async Task<int> SayAsync(BackupSession session, string sql, object?[] parameters)
    {
        try
        {
            var result = await session.ExecuteAsync(sql, parameters);
            Say($"{result.Tag} {string.Join(' ', result.Notices)} {string.Join(' ', result.Columns.Select(column => column.Name))}");
            await foreach (var row in result.Rows)
                Say(string.Join(" | ", row.Select(value => value is IEnumerable<string> list ? string.Join(',', list) : Convert.ToString(value, CultureInfo.InvariantCulture))));
            return 1;
        }
        catch (BackupSqlException error)
        {
            Assert.NotEqual(SqlStates.InternalError, error.SqlState);
            foreach (var one in error.Others.Prepend(error))
                Say($"{one} {one.Message} {one.Detail} {one.Hint} {one.HelpLink}");
            return 0;
        }
    }

    private void Say(string text) => _said.Enqueue(text);

    private async Task SearchAsync(string provider, string location)
    {
        await using var store = await _stores[provider].OpenAsync(StoreUri.Parse($"mem://{location}"));
        var found = 0;
        await foreach (var entry in store.ListAsync(new ListRequest()))
        {
            var bytes = new byte[entry.Length];
            await store.ReadAsync(entry.Name, 0, bytes);
            Search(entry.Name, bytes);
            Search(entry.Name, Encoding.UTF8.GetBytes(entry.Name));
            if (entry.Name.EndsWith("/BACKUP_MANIFEST", StringComparison.Ordinal) && Opened(bytes) is { } body)
                Search(entry.Name, Encoding.UTF8.GetBytes(body));
            found++;
        }

        Assert.True(found > 0, $"{location} is empty");
    }

    // The body of a sealed manifest stays closed.
    private static string? Opened(byte[] bytes) =>
        Encoding.Latin1.GetString(bytes).Contains("\"body_sealing\":\"none\"", StringComparison.Ordinal)
            ? Repacker.Open(bytes).Body.ToJsonString()
            : null;

    private static void Search(string where, byte[] bytes) =>
        Assert.False(Encoding.Latin1.GetString(bytes).Contains(Mark, StringComparison.OrdinalIgnoreCase), where);

    /// <summary>Stores in memory that take any parameter.</summary>
    private sealed class Undemanding(MemoryObjectStoreProvider inner) : IObjectStoreProvider
    {
        public IReadOnlyList<string> Schemes => inner.Schemes;

        public void Check(StoreUri uri) => uri.RefuseParametersExcept(
            "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "CREDENTIALS", "AZURE_ACCOUNT_KEY",
            "AZURE_CLIENT_SECRET", "aws_session_token", "fs.s3a.secret.key", "password", "username", "aws.s3.secret_key");

        public ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
            inner.OpenAsync(StoreUri.Parse($"mem://{uri.Host}{uri.Path}"), cancellationToken);
    }

    private sealed class Listening(SecretsEverywhereTests test) : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            test.Say($"log {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            test.Say($"log {formatter(state, exception)} {exception} {(state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs) : "")}");

        public void Dispose()
        {
        }
    }
}
