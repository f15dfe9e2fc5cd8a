using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.TestKit.Simulation;
using SQLitePCL;
using Xunit.Abstractions;

namespace Backup.Sql.Aws.Tests;

[Collection(S3Collection.Name)]
public sealed class S3BackupTests(S3Server server, ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupsql-s3-test-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_chain_in_a_bucket_restores_every_layer()
    {
        if (!server.IsThere(output))
            return;
        var location = server.Location(await server.NewBucketAsync(), "depot");
        Batteries_V2.Init();
        Run("PRAGMA journal_mode=WAL");
        Run("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)");
        Run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i, randomblob(1000) FROM n");
        await using var host = NewHost();
        var session = host.OpenSession();
        await session.ExecuteAsync($"BACKUP DATABASE shop INTO '{location}'");
        var states = new List<string> { Sum("shop") };
        for (var layer = 0; layer < 2; layer++)
        {
            Run("UPDATE t SET v = randomblob(900) WHERE id % 1000 = 0");
            Run("DELETE FROM t WHERE id % 1777 = 0");
            await session.ExecuteAsync($"BACKUP DATABASE shop INTO LATEST IN '{location}'");
            states.Add(Sum("shop"));
        }

        var checkedFiles = await session.ExecuteAsync($"SHOW BACKUP VALIDATE FROM LATEST IN '{location}'");
        Assert.Equal("No problems found!", (await RowsAsync(checkedFiles)).Single()[0]);
        var shown = await RowsAsync(await session.ExecuteAsync($"SHOW BACKUP FROM LATEST IN '{location}'"));
        var ends = shown.Select(row => (DateTimeOffset)row[6]!).Distinct().ToList();
        Assert.Equal(states.Count, ends.Count);
        for (var layer = 0; layer < ends.Count; layer++)
        {
            await session.ExecuteAsync(
                $"RESTORE DATABASE shop FROM LATEST IN '{location}' AS OF SYSTEM TIME '{ends[layer]:yyyy-MM-dd HH:mm:ss.ffffff}' WITH new_db_name = 'copy{layer}'");
            Assert.Equal(states[layer], Sum($"copy{layer}"));
        }
    }

    [Fact]
    public async Task A_backup_and_a_drop_take_back_uploads_of_processes_that_died()
    {
        if (!server.IsThere(output))
            return;
        var bucket = await server.NewBucketAsync();
        using var client = server.NewClient();
        Batteries_V2.Init();
        Run("CREATE TABLE t (id INTEGER PRIMARY KEY)");

        // To a clock that is two days ahead the uploads of just now are old.
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow.AddDays(2));
        await using var host = NewHost(stores: new S3ObjectStoreProvider { TimeProvider = clock });
        var session = host.OpenSession();
        foreach (var drops in new[] { false, true })
        {
            await client.InitiateMultipartUploadAsync(bucket, "depot/2030/01/01-000000.00/data/0123456789abcdef-000001");
            await client.InitiateMultipartUploadAsync(bucket, "depot2/2030/01/01-000000.00/data/0123456789abcdef-000001");
            await session.ExecuteAsync($"BACKUP DATABASE shop INTO '{server.Location(bucket, "depot")}'");
            if (drops)
            {
                await client.InitiateMultipartUploadAsync(bucket, "depot/2030/01/01-000000.00/data/0123456789abcdef-000002");
                await session.ExecuteAsync($"DROP BACKUPS IN '{server.Location(bucket, "depot")}' KEEP (LAST = 1)");
            }

            var left = (await client.ListMultipartUploadsAsync(bucket)).MultipartUploads;
            Assert.All(left, upload => Assert.StartsWith("depot2/", upload.Key, StringComparison.Ordinal));
            Assert.NotEmpty(left);
        }
    }

    [Fact]
    public async Task Jobs_do_not_show_the_keys_of_a_location()
    {
        if (!server.IsThere(output))
            return;
        var location = server.Location(await server.NewBucketAsync(), "depot");
        Batteries_V2.Init();
        Run("CREATE TABLE t (id INTEGER PRIMARY KEY)");
        await using var host = NewHost();
        await host.OpenSession().ExecuteAsync($"BACKUP DATABASE shop INTO '{location}'");
        var made = await RowsAsync(await host.OpenSession().ExecuteAsync("SHOW JOBS"));
        var jobs = await RowsAsync(await host.OpenSession().ExecuteAsync($"SHOW JOB {made.Single()[0]}"));
        var shown = string.Join('\n', jobs.SelectMany(row => row).Select(value => value?.ToString()));
        Assert.Contains("AWS_SECRET_ACCESS_KEY=redacted", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("testsecret123", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_over_two_buckets_keeps_data_in_its_region()
    {
        if (!server.IsThere(output))
            return;
        var (hq, east) = (await server.NewBucketAsync(), await server.NewBucketAsync());
        var list = $"('{server.Location(hq, "depot", "&COCKROACH_LOCALITY=default")}', "
            + $"'{server.Location(east, "depot", "&COCKROACH_LOCALITY=region%3Deast")}')";
        Batteries_V2.Init();
        Run("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)");
        Run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, randomblob(500) FROM n");
        await using var host = NewHost("region=east,zone=a");
        var session = host.OpenSession();
        await session.ExecuteAsync($"BACKUP DATABASE shop INTO {list}");
        Run("UPDATE t SET v = randomblob(400) WHERE id % 100 = 0");
        await session.ExecuteAsync($"BACKUP DATABASE shop INTO LATEST IN {list}");
        using var client = server.NewClient();
        var (there, here) = (await KeysAsync(east), await KeysAsync(hq));
        Assert.All(there, key => Assert.Contains("/data/", key, StringComparison.Ordinal));
        Assert.NotEmpty(there);
        Assert.Equal(2, here.Count(key => key.EndsWith("/BACKUP_MANIFEST", StringComparison.Ordinal)));
        Assert.DoesNotContain(here, key => key.Contains("/data/", StringComparison.Ordinal));
        var found = await RowsAsync(await session.ExecuteAsync($"SHOW BACKUP VALIDATE FROM LATEST IN {list}"));
        Assert.Equal("No problems found!", found.Single()[0]);
        await session.ExecuteAsync($"RESTORE DATABASE shop FROM LATEST IN {list} WITH new_db_name = 'copy'");
        Assert.Equal(Sum("shop"), Sum("copy"));
        var part = await Assert.ThrowsAsync<BackupSqlException>(() => session.ExecuteAsync(
            $"RESTORE DATABASE shop FROM LATEST IN '{server.Location(hq, "depot")}' WITH new_db_name = 'part'"));
        Assert.Contains("region=east", part.Message, StringComparison.Ordinal);

        async Task<List<string>> KeysAsync(string bucket) =>
            [.. ((await client.ListObjectsV2Async(new() { BucketName = bucket })).S3Objects ?? []).Select(o => o.Key)];
    }

    [Fact]
    public async Task A_chain_in_a_store_without_conditional_puts_restores()
    {
        await using var small = new Servers.AwsServer();
        small.Buckets.Condition = Servers.Condition.AnswersNotImplemented;
        var location = small.Bucket("depot");
        Batteries_V2.Init();
        Run("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)");
        Run("INSERT INTO t VALUES (1, randomblob(500))");
        await using var host = NewHost();
        var session = host.OpenSession();
        await session.ExecuteAsync($"BACKUP DATABASE shop INTO '{location}'");
        Run("INSERT INTO t VALUES (2, randomblob(500))");
        await session.ExecuteAsync($"BACKUP DATABASE shop INTO LATEST IN '{location}'");
        await session.ExecuteAsync($"RESTORE DATABASE shop FROM LATEST IN '{location}' WITH new_db_name = 'copy'");
        Assert.Equal(Sum("shop"), Sum("copy"));

        // Dropping a chain deletes in batches, and leaves nothing of it.
        var old = small.Buckets.Names.Where(name => name.Contains("/data/", StringComparison.Ordinal)).ToList();
        await session.ExecuteAsync($"BACKUP DATABASE shop INTO '{location}'");
        var before = small.Seen.Count;
        await session.ExecuteAsync($"DROP BACKUPS IN '{location}' KEEP (LAST = 1)");
        Assert.Contains(small.Seen.Skip(before), request => request.Target.Contains("?delete", StringComparison.Ordinal));
        Assert.NotEmpty(old);
        Assert.Empty(old.Intersect(small.Buckets.Names));
        await session.ExecuteAsync($"RESTORE DATABASE shop FROM LATEST IN '{location}' WITH new_db_name = 'copy2'");
        Assert.Equal(Sum("shop"), Sum("copy2"));
    }

    private static async Task<List<IReadOnlyList<object?>>> RowsAsync(StatementResult result)
    {
        var rows = new List<IReadOnlyList<object?>>();
        await foreach (var row in result.Rows)
            rows.Add(row);
        return rows;
    }

    private BackupHost NewHost(string? locality = null, S3ObjectStoreProvider? stores = null) => new(new BackupHostOptions
    {
        Locality = locality,
        Engines = new Dictionary<string, IDatabaseEngine>
        {
            ["sqlite"] = SqliteEngine.Open(new SqliteEngineOptions { Directory = _directory.FullName }),
        },
        Stores = [stores ?? new S3ObjectStoreProvider()],
        ScratchDirectory = _directory.FullName,
    });

    private string PathOf(string database) => Path.Combine(_directory.FullName, database + ".db");

    private void Run(string sql)
    {
        raw.sqlite3_open(PathOf("shop"), out var connection);
        using (connection)
            Assert.True(raw.sqlite3_exec(connection, sql) == raw.SQLITE_OK, raw.sqlite3_errmsg(connection).utf8_to_string());
    }

    private string Sum(string database)
    {
        raw.sqlite3_open(PathOf(database), out var connection);
        using (connection)
        {
            raw.sqlite3_prepare_v2(connection, "SELECT count(*) || ' ' || total(length(v) * id) || ' ' || group_concat(hex(substr(v, 1, 4)), '') FROM t", out var query);
            using (query)
            {
                raw.sqlite3_step(query);
                return raw.sqlite3_column_text(query, 0).utf8_to_string();
            }
        }
    }
}
