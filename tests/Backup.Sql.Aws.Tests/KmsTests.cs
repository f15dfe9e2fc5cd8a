using Backup.Sql.Aws.Tests.Servers;
using Backup.Sql.Diagnostics;
using Backup.Sql.Keys;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.KeyContract;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Aws.Tests;

/// <summary>Keys of AWS KMS, against a server of the tests' own that speaks its protocol.</summary>
[Collection("environment")]
public sealed class KmsTests : IAsyncDisposable
{
    private const string Id = "1234abcd-12ab-34cd-56ef-1234567890ab";

    private static readonly byte[] Data = [1, 2, 3, 4, 5, 6, 7, 8];

    private readonly AwsServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_key_keeps_the_obligations_of_a_key_service()
    {
        _server.Keys.Add(Id);
        await KeyServiceConformance.RunAsync(
            token => OpenAsync(_server.Key(Id), token), new SeededRandomSource(7));
        Assert.All(_server.Seen, request => Assert.Equal("kms", request.Signer!.Service));
    }

    [Fact]
    public async Task A_key_has_one_name_whatever_it_is_called()
    {
        var arn = _server.Keys.Add(Id);
        _server.Keys.Aliases["alias/backup"] = Id;
        foreach (var name in new[] { Id, "alias/backup", arn })
        {
            await using var service = await OpenAsync(_server.Key(name));
            Assert.Equal(arn, service.KeyId);
        }

        // Whoever names the key by its ARN needs no right to describe it, and no region.
        _server.Keys.Denied.Add("DescribeKey");
        await using var direct = await OpenAsync($"aws-kms:///{arn}?{_server.Parameters}");
        Assert.Equal(Data, await direct.UnwrapAsync(await direct.WrapAsync(Data, default), default));
    }

    [Fact]
    public async Task Copies_of_a_key_in_two_regions_are_one_key()
    {
        await using var far = new AwsServer { Region = "us-west-2" };
        _server.Keys.Add("mrk-1234abcd");
        far.Keys.Add("mrk-1234abcd", "us-west-2");
        await using var here = await OpenAsync(_server.Key("mrk-1234abcd"));
        await using var there = await OpenAsync(far.Key("mrk-1234abcd"));
        Assert.Equal("arn:aws:kms::111122223333:key/mrk-1234abcd", here.KeyId);
        Assert.Equal(here.KeyId, there.KeyId);
        Assert.Equal(Data, await there.UnwrapAsync(await here.WrapAsync(Data, Data), Data));
    }

    [Theory]
    [InlineData("AccessDeniedException", 400, SqlStates.InsufficientPrivilege, "kms:Encrypt")]
    [InlineData("", 403, SqlStates.InsufficientPrivilege, "kms:Encrypt")]
    [InlineData("NotFoundException", 400, SqlStates.UndefinedObject, "REGION")]
    [InlineData("DisabledException", 400, SqlStates.ObjectNotInState, "Enable it")]
    [InlineData("KMSInvalidStateException", 400, SqlStates.ObjectNotInState, "deletion")]
    [InlineData("InvalidKeyUsageException", 400, SqlStates.InvalidParameterValue, "symmetric")]
    [InlineData("ExpiredTokenException", 400, SqlStates.InsufficientPrivilege, "AWS_SESSION_TOKEN")]
    [InlineData("InvalidSignatureException", 400, SqlStates.InsufficientPrivilege, "AWS_SECRET_ACCESS_KEY")]
    [InlineData("SomethingNew", 400, SqlStates.IoError, "AWS_ENDPOINT")]
    public async Task Failures_are_told_with_a_code_and_what_to_do(string code, int status, string state, string hint)
    {
        _server.Keys.Add(Id);
        await using var service = await OpenAsync(_server.Key(Id));
        _server.Failures.Enqueue(new Failure(status, code));
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => service.WrapAsync(Data, default).AsTask());
        Assert.Equal(state, failure.SqlState);
        Assert.False(failure.IsTransient);
        Assert.Contains(hint, failure.Hint!, StringComparison.Ordinal);
        Assert.DoesNotContain("MARKER", failure.Message + failure.Detail + failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ThrottlingException", 400)]
    [InlineData("KeyUnavailableException", 500)]
    [InlineData("DependencyTimeoutException", 500)]
    [InlineData("KMSInternalException", 500)]
    [InlineData("", 503)]
    [InlineData("", 0)]
    public async Task What_passes_is_tried_again(string code, int status)
    {
        _server.Keys.Add(Id);
        var services = new KeyServices([new KmsProvider()])
        {
            TimeProvider = new ManualTimeProvider { JumpsToTimers = true },
            Random = new SeededRandomSource(3),
        };
        for (var time = 0; time < 3; time++)
            _server.Failures.Enqueue(new Failure(status, code));
        await using var service = await services.OpenAsync(StoreUri.Parse(_server.Key(Id)));
        for (var time = 0; time < 3; time++)
            _server.Failures.Enqueue(new Failure(status, code));
        var wrapped = await service.WrapAsync(Data, Data);
        for (var time = 0; time < 3; time++)
            _server.Failures.Enqueue(new Failure(status, code));
        Assert.Equal(Data, await service.UnwrapAsync(wrapped, Data));
        Assert.Empty(_server.Failures);

        _server.Always = new Failure(status, code);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => service.WrapAsync(Data, Data).AsTask());
        Assert.Equal(SqlStates.IoError, failure.SqlState);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_missing_a_disabled_and_a_denied_key_are_told_apart()
    {
        var missing = await OpenFailsAsync(_server.Key(Id));
        Assert.Equal(SqlStates.UndefinedObject, missing.SqlState);
        _server.Keys.Add(Id);
        _server.Keys.Denied.Add("DescribeKey");
        var denied = await OpenFailsAsync(_server.Key(Id));
        Assert.Equal(SqlStates.InsufficientPrivilege, denied.SqlState);
        Assert.Contains("kms:DescribeKey", denied.Hint!, StringComparison.Ordinal);
        _server.Keys.Denied.Clear();
        _server.Keys.Usage = "SIGN_VERIFY";
        Assert.Equal(SqlStates.InvalidParameterValue, (await OpenFailsAsync(_server.Key(Id))).SqlState);
        _server.Keys.Usage = "ENCRYPT_DECRYPT";
        await using var service = await OpenAsync(_server.Key(Id));
        var wrapped = await service.WrapAsync(Data, default);
        _server.Keys.Disabled.Add(Id);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => service.UnwrapAsync(wrapped, default).AsTask());
        Assert.Equal(SqlStates.ObjectNotInState, failure.SqlState);
    }

    [Fact]
    public async Task Another_region_and_unknown_credentials_are_refused()
    {
        _server.Keys.Add(Id);
        var elsewhere = _server.Key(Id).Replace("eu-central-1", "us-east-1", StringComparison.Ordinal);
        Assert.Equal(SqlStates.InsufficientPrivilege, (await OpenFailsAsync(elsewhere)).SqlState);
        var nobody = await OpenFailsAsync(_server.Key(Id).Replace(AwsServer.AccessKey, "AKIANOBODY", StringComparison.Ordinal));
        Assert.Equal(SqlStates.InsufficientPrivilege, nobody.SqlState);
        Assert.DoesNotContain("the-tests", nobody.ToString(), StringComparison.Ordinal);
        var token = _server.Key(Id, "&AWS_SESSION_TOKEN=stale");
        Assert.Equal(SqlStates.InsufficientPrivilege, (await OpenFailsAsync(token)).SqlState);
        _server.Credentials[AwsServer.AccessKey] = "stale";
        await using var service = await OpenAsync(token);
        Assert.NotEmpty(await service.WrapAsync(Data, default));
    }

    [Fact]
    public async Task Roles_are_taken_on_one_by_means_of_the_other()
    {
        var arn = _server.Keys.Add(Id);
        _server.Roles.Known["arn:aws:iam::1:role/a"] = (AwsServer.AccessKey, null);
        _server.Roles.Known["arn:aws:iam::2:role/b"] = ("arn:aws:iam::1:role/a", "the/id");
        var roles = "&ASSUME_ROLE=" + Uri.EscapeDataString("arn:aws:iam::1:role/a,arn:aws:iam::2:role/b;external_id=the/id");
        await using var service = await OpenAsync(_server.Key(Id, roles));
        Assert.Equal(arn, service.KeyId);
        Assert.Equal("arn:aws:iam::2:role/b", _server.Roles.RoleOf[_server.Seen.Last().Signer!.AccessKey]);

        var wrong = await OpenFailsAsync(_server.Key(Id, roles.Replace("the%2Fid", "another", StringComparison.Ordinal)));
        Assert.Equal(SqlStates.InsufficientPrivilege, wrong.SqlState);
        Assert.Equal("role arn:aws:iam::2:role/b cannot be taken on", wrong.Message);
    }

    [Fact]
    public async Task The_environment_gives_credentials_where_the_location_says_so()
    {
        _server.Keys.Add(Id);
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AwsServer.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", AwsServer.SecretKey);
        try
        {
            await using var service = await OpenAsync(
                $"aws:///{Id}?AUTH=implicit&REGION=eu-central-1&AWS_ENDPOINT={Uri.EscapeDataString(_server.Endpoint)}");
            Assert.Equal(Data, await service.UnwrapAsync(await service.WrapAsync(Data, default), default));
        }
        finally
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", null);
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", null);
        }
    }

    [Theory]
    [InlineData("aws:///k?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCESS_KEY=b", "lacks parameter REGION")]
    [InlineData("aws:///k?REGION=eu", "lacks parameter AWS_ACCESS_KEY_ID")]
    [InlineData("aws:///k?REGION=eu&AWS_ACCESS_KEY_ID=a", "lacks parameter AWS_SECRET_ACCESS_KEY")]
    [InlineData("aws:///k?REGION=eu&AUTH=perhaps", "parameter AUTH")]
    [InlineData("aws:///k?REGION=eu&AUTH=implicit&FLAVOUR=mint", "a parameter that locations of scheme aws do not know")]
    [InlineData("aws:///k%0a?REGION=eu&AUTH=implicit", "names no key")]
    [InlineData("aws:///k?REGION=eu&AUTH=implicit&ASSUME_ROLE=a,", "parameter ASSUME_ROLE")]
    [InlineData("aws://host/k?REGION=eu&AUTH=implicit", "must name a key, and no host")]
    [InlineData("aws:///?REGION=eu&AUTH=implicit", "must name a key, and no host")]
    public void Locations_are_checked_before_anything_is_sent(string location, string message)
    {
        var services = new KeyServices([new KmsProvider()]);
        var failure = Assert.Throws<BackupSqlException>(() => services.Check(StoreUri.Parse(location)));
        Assert.Equal(SqlStates.InvalidParameterValue, failure.SqlState);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private static ValueTask<IKeyManagementService> OpenAsync(string location, CancellationToken cancellationToken = default) =>
        new KmsProvider().OpenAsync(StoreUri.Parse(location), cancellationToken);

    private static Task<BackupSqlException> OpenFailsAsync(string location) =>
        Assert.ThrowsAsync<BackupSqlException>(() => OpenAsync(location).AsTask());
}
