using Backup.Sql.Aws.Tests.Servers;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Aws.Tests;

/// <summary>What goes over the wire, and what is made of the answers: against a small S3 of the tests' own.</summary>
public sealed class S3WireTests : IAsyncDisposable
{
    private readonly AwsServer _server = new();
    private readonly S3ObjectStoreProvider _provider = new() { RequestTime = TimeSpan.FromSeconds(20) };

    public async ValueTask DisposeAsync()
    {
        _provider.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(Condition.Honours, StoreCapabilities.ConditionalPut)]
    [InlineData(Condition.Ignores, StoreCapabilities.None)]
    [InlineData(Condition.AnswersNotImplemented, StoreCapabilities.None)]
    [InlineData(Condition.AnswersNotModified, StoreCapabilities.None)]
    [InlineData(Condition.AnswersBadRequest, StoreCapabilities.None)]
    internal async Task The_conditional_put_is_tried_and_not_assumed(Condition condition, StoreCapabilities expected)
    {
        _server.Buckets.Condition = condition;
        await using var store = await OpenAsync(_server.Bucket("depot"));
        Assert.Equal(StoreCapabilities.StrongListing | StoreCapabilities.BatchDelete | expected, store.Capabilities);
        Assert.Empty(_server.Buckets.Names);

        // With it or without: what is there is not overwritten.
        Assert.True(await store.PutIfAbsentAsync("a", "one"u8.ToArray()));
        Assert.False(await store.PutIfAbsentAsync("a", "two"u8.ToArray()));
        await using var writer = await store.BeginPutAsync("b");
        await writer.WritePartAsync("late"u8.ToArray());
        Assert.True(await store.PutIfAbsentAsync("b", "early"u8.ToArray()));
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => writer.CompleteAsync().AsTask());
        Assert.Equal(SqlStates.DuplicateFile, failure.SqlState);
        Assert.Equal("one"u8.ToArray(), await ReadAsync(store, "a", 3));
        Assert.Equal("early"u8.ToArray(), await ReadAsync(store, "b", 5));
    }

    [Fact]
    public async Task Credentials_that_may_only_read_do_not_decide_for_others()
    {
        _server.Failures.Enqueue(new Failure(403, "AccessDenied"));
        await using var reader = await OpenAsync(_server.Bucket("depot"));
        Assert.True(reader.Capabilities.HasFlag(StoreCapabilities.ReadOnly));
        await using var writer = await OpenAsync(_server.Bucket("depot"));
        Assert.True(writer.Capabilities.HasFlag(StoreCapabilities.ConditionalPut));
    }

    [Fact]
    public async Task Many_objects_are_deleted_by_few_requests()
    {
        await using var store = await OpenAsync(_server.Bucket("depot"));
        var names = Enumerable.Range(0, 1500).Select(number => $"data/{number:d4}").ToList();
        foreach (var name in names)
            await store.PutIfAbsentAsync(name, new byte[1]);
        var before = _server.Seen.Count;
        await store.DeleteManyAsync(names);
        Assert.Equal(2, _server.Seen.Count - before);
        Assert.Empty(_server.Buckets.Names);
    }

    [Fact]
    public async Task A_batch_that_is_deleted_in_part_is_gone_on_with_or_told()
    {
        var stores = new ObjectStoreProviders([_provider])
        {
            TimeProvider = new ManualTimeProvider { JumpsToTimers = true }, Random = new SeededRandomSource(1),
        };
        await using var store = await stores.OpenAsync(StoreUri.Parse(_server.Bucket("depot")));
        foreach (var name in new[] { "a", "b", "c" })
            await store.PutIfAbsentAsync(name, new byte[1]);
        _server.Buckets.Undeletable["depot/b"] = "InternalError";
        await store.DeleteManyAsync(["a", "b"]);
        Assert.Equal(["depot/c"], _server.Buckets.Names);

        _server.Buckets.Undeletable["depot/c"] = "AccessDenied";
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => store.DeleteManyAsync(["a", "c"]).AsTask());
        Assert.Equal(SqlStates.InsufficientPrivilege, failure.SqlState);
        Assert.Equal("cannot delete c: access is denied", failure.Message);
        Assert.Equal("Of 2 objects 1 were not deleted; the server says AccessDenied of c.", failure.Detail);
        Assert.Contains("s3:DeleteObject", failure.Hint!, StringComparison.Ordinal);
        Assert.DoesNotContain("MARKER", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_deletes_one_by_one_is_asked_so()
    {
        _server.Buckets.DeletesMany = false;
        await using var store = await OpenAsync(_server.Bucket("depot"));
        Assert.False(store.Capabilities.HasFlag(StoreCapabilities.BatchDelete));
        await store.PutIfAbsentAsync("a", new byte[1]);
        await store.PutIfAbsentAsync("b", new byte[1]);
        await store.DeleteManyAsync(["a", "b"]);
        Assert.Empty(_server.Buckets.Names);
    }

    [Fact]
    public async Task Large_objects_travel_in_parts_a_few_at_a_time()
    {
        await using var store = await OpenAsync(_server.Bucket("depot"));
        _server.Buckets.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var content = Content(50 << 20);
        var writing = WriteAsync(store, "large", content, partBytes: 1 << 20);

        // Nothing lands, so the writer stops when as much travels as may: memory is bounded by that.
        while (_server.Buckets.Travelling < 2)
            await Task.Delay(10);
        await Task.Delay(200);
        Assert.False(writing.IsCompleted);
        Assert.InRange(_server.Buckets.Travelling, 2, 3);
        _server.Buckets.Gate.SetResult();
        await writing;
        Assert.InRange(_server.Buckets.MostTravelling, 2, 3);
        Assert.All(_server.Buckets.PartSizes.SkipLast(1), size => Assert.Equal(8 << 20, size));
        Assert.Equal(content, await ReadAsync(store, "large", content.Length));
    }

    [Fact]
    public async Task Parts_grow_with_the_object()
    {
        Assert.Equal(8 << 20, S3ObjectWriter.SizeOf(1));
        Assert.Equal(8 << 20, S3ObjectWriter.SizeOf(1000));
        Assert.Equal(16 << 20, S3ObjectWriter.SizeOf(1001));
        Assert.Equal(128 << 20, S3ObjectWriter.SizeOf(10_000));
        var most = Enumerable.Range(1, 10_000).Sum(number => (long)S3ObjectWriter.SizeOf(number));
        Assert.InRange(most >> 30, 860, 870);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task An_upload_that_is_given_up_is_taken_back()
    {
        await using var store = await OpenAsync(_server.Bucket("depot"));
        await using (var writer = await store.BeginPutAsync("large"))
        {
            await writer.WritePartAsync(Content(20 << 20));
            Assert.Equal(1, _server.Buckets.OpenUploads);
        }

        Assert.Equal(0, _server.Buckets.OpenUploads);
        Assert.Equal(1, _server.Buckets.Aborted);
        Assert.Empty(_server.Buckets.Names);
    }

    [Fact]
    public async Task Uploads_of_dead_processes_are_taken_back_and_no_others()
    {
        const string Data = "2030/01/01-000000.00/data/0123456789abcdef-000001";
        _server.Buckets.UploadsPerPage = 2;
        var clock = new ManualTimeProvider(_server.Buckets.Now);
        using var provider = new S3ObjectStoreProvider { TimeProvider = clock };
        await using var store = await provider.OpenAsync(StoreUri.Parse(_server.Bucket("depot")));
        await using var neighbour = await provider.OpenAsync(StoreUri.Parse(_server.Bucket("depot2")));
        var writers = new List<IObjectWriter>();
        foreach (var name in new[] { Data, Data + "1", "incrementals/" + Data, "2030/notes.txt", "data/0123456789abcdef", "a/data/x" })
            writers.Add(await BeginAsync(store, name));
        writers.Add(await BeginAsync(neighbour, Data));
        _server.Buckets.Now = clock.GetUtcNow() + TimeSpan.FromHours(23);
        writers.Add(await BeginAsync(store, Data + "2"));
        clock.Advance(TimeSpan.FromHours(25));
        await store.RemoveUnfinishedAsync("2030/");
        Assert.Equal((8, 0), (_server.Buckets.OpenUploads, _server.Buckets.Aborted));
        await store.RemoveUnfinishedAsync("");
        Assert.Equal((5, 3), (_server.Buckets.OpenUploads, _server.Buckets.Aborted));

        // What is at work goes on.
        await writers[^1].CompleteAsync();
        foreach (var writer in writers)
            await writer.DisposeAsync();
        Assert.Equal(0, _server.Buckets.OpenUploads);
    }

    [Theory]
    [InlineData(403, "AccessDenied")]
    [InlineData(501, "NotImplemented")]
    [InlineData(500, "InternalError")]
    public async Task Uploads_that_may_not_be_listed_are_left_and_nobody_is_kept_from_work(int status, string code)
    {
        await using var store = await OpenAsync(_server.Bucket("depot"));
        _server.Always = new Failure(status, code);
        await store.RemoveUnfinishedAsync("");
        Assert.Contains(_server.Seen, request => request.Target.Contains("uploads", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_part_that_fails_travels_again()
    {
        var stores = new ObjectStoreProviders([_provider])
        {
            TimeProvider = new ManualTimeProvider { JumpsToTimers = true }, Random = new SeededRandomSource(1),
        };
        await using var store = await stores.OpenAsync(StoreUri.Parse(_server.Bucket("depot")));
        var content = Content(30 << 20);
        await using var writer = await store.BeginPutAsync("large");
        await writer.WritePartAsync(content.AsMemory(0, 10 << 20));
        _server.Failures.Enqueue(new Failure(503, "SlowDown"));
        _server.Failures.Enqueue(new Failure(500, "InternalError"));
        _server.Failures.Enqueue(new Failure(0));
        await writer.WritePartAsync(content.AsMemory(10 << 20));
        await writer.CompleteAsync();
        Assert.Empty(_server.Failures);
        Assert.Equal(content, await ReadAsync(store, "large", content.Length));
    }

    [Theory]
    [InlineData(503, "SlowDown")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(400, "RequestTimeout")]
    [InlineData(409, "ConditionalRequestConflict")]
    [InlineData(0, "")]
    public async Task What_passes_is_tried_again_after_a_pause_from_the_first_call_on(int status, string code)
    {
        var clock = new ManualTimeProvider { JumpsToTimers = true };
        var stores = new ObjectStoreProviders([_provider]) { TimeProvider = clock, Random = new SeededRandomSource(1) };
        var start = clock.GetUtcNow();
        Fail(2);
        await using var store = await stores.OpenAsync(StoreUri.Parse(_server.Bucket("depot")));
        Assert.True(status == 0 || clock.GetUtcNow() > start);
        Fail(3);
        Assert.True(await store.PutIfAbsentAsync("a", "content"u8.ToArray()));
        Fail(3);
        Assert.Equal("content"u8.ToArray(), await ReadAsync(store, "a", 7));
        Fail(3);
        Assert.Equal(["a"], await store.ListAsync(new ListRequest()).Select(entry => entry.Name).ToListAsync());
        Fail(3);
        await store.DeleteAsync("a");
        Assert.Empty(_server.Buckets.Names);
        _server.Always = new Failure(status, code);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => ReadAsync(store, "a", 7));
        Assert.Equal(SqlStates.IoError, failure.SqlState);
        Assert.True(failure.IsTransient);

        void Fail(int times)
        {
            for (var time = 0; time < times; time++)
                _server.Failures.Enqueue(new Failure(status, code));
        }
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_in_time()
    {
        using var provider = new S3ObjectStoreProvider { RequestTime = TimeSpan.FromSeconds(4) };
        await using var store = await provider.OpenAsync(StoreUri.Parse(_server.Bucket("depot")));
        // A client may try a request anew by itself on a connection that it had kept: silence meets that one too.
        for (var i = 0; i < 3; i++)
            _server.Failures.Enqueue(new Failure(-1));
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => store.HeadAsync("a").AsTask());
        Assert.Equal(SqlStates.IoError, failure.SqlState);
        Assert.True(failure.IsTransient);
    }

    [Theory]
    [InlineData("write", 403, "AccessDenied", SqlStates.InsufficientPrivilege, "s3:PutObject")]
    [InlineData("read", 403, "AccessDenied", SqlStates.InsufficientPrivilege, "s3:GetObject")]
    [InlineData("look", 403, "AccessDenied", SqlStates.InsufficientPrivilege, "s3:ListBucket")]
    [InlineData("list", 403, "AccessDenied", SqlStates.InsufficientPrivilege, "s3:ListBucket")]
    [InlineData("delete", 403, "AccessDenied", SqlStates.InsufficientPrivilege, "s3:DeleteObject")]
    [InlineData("read", 404, "NoSuchBucket", SqlStates.UndefinedFile, "Create the bucket")]
    [InlineData("read", 404, "NoSuchKey", SqlStates.UndefinedFile, "removed files")]
    [InlineData("read", 403, "SignatureDoesNotMatch", SqlStates.InsufficientPrivilege, "AWS_SECRET_ACCESS_KEY")]
    [InlineData("read", 400, "ExpiredToken", SqlStates.InsufficientPrivilege, "AWS_SESSION_TOKEN")]
    [InlineData("read", 403, "RequestTimeTooSkewed", SqlStates.InsufficientPrivilege, "clock")]
    [InlineData("read", 301, "PermanentRedirect", SqlStates.InvalidParameterValue, "AWS_REGION")]
    [InlineData("read", 400, "AuthorizationHeaderMalformed", SqlStates.InvalidParameterValue, "AWS_REGION")]
    [InlineData("read", 403, "InvalidObjectState", SqlStates.ObjectNotInState, "archive")]
    [InlineData("write", 403, "QuotaExceeded", SqlStates.DiskFull, "quota")]
    public async Task Answers_are_told_with_a_code_and_what_to_do(string call, int status, string code, string state, string hint)
    {
        await using var store = await OpenAsync(_server.Bucket("depot"));
        _server.Failures.Enqueue(new Failure(status, code));
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => call switch
        {
            "write" => store.PutIfAbsentAsync("a", new byte[1]).AsTask(),
            "read" => store.ReadAsync("a", 0, new byte[1]).AsTask(),
            "look" => store.HeadAsync("a").AsTask(),
            "list" => store.ListAsync(new ListRequest()).ToListAsync().AsTask(),
            _ => store.DeleteAsync("a").AsTask(),
        });
        Assert.True(state == failure.SqlState, $"{failure.SqlState} {failure.Message} {failure.InnerException}");
        Assert.False(failure.IsTransient);
        Assert.Contains(hint, failure.Hint!, StringComparison.Ordinal);
        Assert.DoesNotContain("MARKER", failure.Message + failure.Detail + failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_class_and_the_servers_encryption_are_asked_for()
    {
        await using var store = await OpenAsync(_server.Bucket(
            "depot", "&S3_STORAGE_CLASS=GLACIER_IR&AWS_SERVER_ENC_MODE=aws:kms&AWS_SERVER_KMS_ID=key-7"));
        await store.PutIfAbsentAsync("small", new byte[1]);
        await WriteAsync(store, "large", Content(9 << 20), partBytes: 9 << 20);
        var puts = _server.Seen.Where(request => (request.Method == "PUT" && !request.Target.Contains("uploadId", StringComparison.Ordinal))
            || request.Target.EndsWith("?uploads", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, puts.Select(put => put.Target.Contains("uploads", StringComparison.Ordinal)).Distinct().Count());
        Assert.All(puts, put =>
        {
            Assert.Equal("GLACIER_IR", put.Header("x-amz-storage-class"));
            Assert.Equal("aws:kms", put.Header("x-amz-server-side-encryption"));
            Assert.Equal("key-7", put.Header("x-amz-server-side-encryption-aws-kms-key-id"));
        });
    }

    [Theory]
    [InlineData("false", true)]
    [InlineData("true", false)]
    public async Task Checksums_are_sent_unless_they_are_to_be_left_out(string skip, bool sent)
    {
        await using var store = await OpenAsync(_server.Bucket("depot", $"&AWS_SKIP_CHECKSUM={skip}"));
        await store.PutIfAbsentAsync("small", new byte[100]);
        await WriteAsync(store, "large", Content(9 << 20), partBytes: 9 << 20);
        Assert.Equal(new byte[100], await ReadAsync(store, "small", 100));
        var puts = _server.Seen.Where(request => request.Method == "PUT").ToList();
        Assert.All(puts, put => Assert.Equal(
            sent, put.Headers.Any(h => h.Key.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase)
                || h.Key.Equals("x-amz-trailer", StringComparison.OrdinalIgnoreCase))));
    }

    [Fact]
    public async Task Roles_are_taken_on_once_for_all_locations_of_a_host()
    {
        _server.Roles.Known["arn:aws:iam::1:role/a"] = (AwsServer.AccessKey, "a b");
        _server.Roles.Known["arn:aws:iam::2:role/b"] = ("arn:aws:iam::1:role/a", null);
        var roles = "&ASSUME_ROLE=" + Uri.EscapeDataString("arn:aws:iam::1:role/a;external_id=a b,arn:aws:iam::2:role/b");
        await using var one = await OpenAsync(_server.Bucket("one", roles));
        await using var two = await OpenAsync(_server.Bucket("two", roles));
        Assert.True(await one.PutIfAbsentAsync("a", new byte[1]));
        Assert.True(await two.PutIfAbsentAsync("a", new byte[1]));
        Assert.Equal(2, _server.Roles.Issued);
        var last = _server.Seen.Last();
        Assert.Equal("arn:aws:iam::2:role/b", _server.Roles.RoleOf[last.Signer!.AccessKey]);
        Assert.Equal("s3", last.Signer.Service);
        Assert.NotNull(last.Header("x-amz-security-token"));

        await using var direct = await OpenAsync(_server.Bucket(
            "one", "&ASSUME_ROLE=" + Uri.EscapeDataString("arn:aws:iam::2:role/b")));
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => direct.HeadAsync("a").AsTask());
        Assert.Equal(SqlStates.InsufficientPrivilege, failure.SqlState);
        Assert.Equal("role arn:aws:iam::2:role/b cannot be taken on", failure.Message);
        Assert.Contains("sts:AssumeRole", failure.Hint!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_is_taken_on_anew_when_its_time_is_up()
    {
        _server.Roles.Known["r"] = (AwsServer.AccessKey, null);
        _server.Roles.Life = TimeSpan.FromMinutes(1);
        await using var store = await OpenAsync(_server.Bucket("one", "&ASSUME_ROLE=r"));
        var before = _server.Roles.Issued;
        await store.PutIfAbsentAsync("a", new byte[1]);
        Assert.True(_server.Roles.Issued > before);
    }

    [Fact]
    public async Task A_session_token_is_sent()
    {
        _server.Credentials[AwsServer.AccessKey] = "the/token";
        await using var store = await OpenAsync(_server.Bucket("depot", "&AWS_SESSION_TOKEN=the%2Ftoken"));
        Assert.True(await store.PutIfAbsentAsync("a", new byte[1]));
        await using var stale = await OpenAsync(_server.Bucket("depot", "&AWS_SESSION_TOKEN=another"));
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => stale.PutIfAbsentAsync("b", new byte[1]).AsTask());
        Assert.Equal(SqlStates.InsufficientPrivilege, failure.SqlState);
        Assert.DoesNotContain("another", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Google_is_reached_with_its_own_kind_of_key()
    {
        await using var google = new AwsServer { Region = "auto" };
        google.Credentials["GOOGKEY"] = null;
        google.Buckets.Condition = Condition.Ignores;
        google.Buckets.DeletesMany = false;
        using var provider = new S3ObjectStoreProvider { GoogleEndpoint = google.Endpoint };
        var key = Convert.ToBase64String("{\"access_id\":\"GOOGKEY\",\"secret\":\"hush/MARKER-SECRET\"}"u8);
        await using var store = await provider.OpenAsync(StoreUri.Parse($"gs://bucket/depot?CREDENTIALS={Uri.EscapeDataString(key)}"));
        Assert.Equal(StoreCapabilities.StrongListing, store.Capabilities);
        Assert.True(await store.PutIfAbsentAsync("a", "content"u8.ToArray()));
        Assert.Equal("content"u8.ToArray(), await ReadAsync(store, "a", 7));
        await store.DeleteManyAsync(["a"]);
        Assert.Empty(google.Buckets.Names);
        Assert.All(google.Seen, request =>
        {
            Assert.Equal("GOOGKEY", request.Signer!.AccessKey);
            Assert.DoesNotContain("?delete", request.Target, StringComparison.Ordinal);
            Assert.DoesNotContain(request.Headers, header => header.Value.Contains("MARKER", StringComparison.Ordinal));
        });
    }

    private ValueTask<IObjectStore> OpenAsync(string location) => _provider.OpenAsync(StoreUri.Parse(location));

    private static async Task<IObjectWriter> BeginAsync(IObjectStore store, string name)
    {
        var writer = await store.BeginPutAsync(name);
        await writer.WritePartAsync(Content(9 << 20));
        return writer;
    }

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        new SeededRandomSource(5).Fill(content);
        return content;
    }

    private static async Task WriteAsync(IObjectStore store, string name, byte[] content, int partBytes)
    {
        await using var writer = await store.BeginPutAsync(name);
        for (var offset = 0; offset < content.Length; offset += partBytes)
            await writer.WritePartAsync(content.AsMemory(offset, Math.Min(partBytes, content.Length - offset)));
        await writer.CompleteAsync();
    }

    private static async Task<byte[]> ReadAsync(IObjectStore store, string name, int length)
    {
        var content = new byte[length];
        await store.ReadAsync(name, 0, content);
        return content;
    }
}
