using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Xunit.Abstractions;

namespace Backup.Sql.Aws.Tests;

[Collection(S3Collection.Name)]
public sealed class S3FailureTests(S3Server server, ITestOutputHelper output)
{
    [Fact]
    public async Task A_missing_bucket_is_named()
    {
        if (!server.IsThere(output))
            return;
        var failure = await OpenFailsAsync(server.Location("there-is-none"));
        Assert.Equal(SqlStates.UndefinedFile, failure.SqlState);
        Assert.Equal("bucket there-is-none does not exist", failure.Message);
    }

    [Theory]
    [InlineData("AWS_SECRET_ACCESS_KEY=testsecret123", "AWS_SECRET_ACCESS_KEY=wrong%2Fsecret")]
    [InlineData("AWS_ACCESS_KEY_ID=testaccess", "AWS_ACCESS_KEY_ID=nobody")]
    public async Task Wrong_keys_are_not_accepted_and_not_shown(string right, string wrong)
    {
        if (!server.IsThere(output))
            return;
        var failure = await OpenFailsAsync(server.Location("any").Replace(right, wrong, StringComparison.Ordinal));
        Assert.True(failure.SqlState == SqlStates.InsufficientPrivilege, $"{failure.SqlState} {failure.Message} {failure.Detail} {failure.InnerException}");
        Assert.DoesNotContain("wrong/secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", failure.Hint!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_may_be_tried_again()
    {
        using var provider = new S3ObjectStoreProvider();
        var uri = StoreUri.Parse("s3://b/?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCESS_KEY=b&AWS_ENDPOINT=http%3A%2F%2F127.0.0.1%3A1");
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => provider.OpenAsync(uri).AsTask());
        Assert.Equal(SqlStates.IoError, failure.SqlState);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task An_unknown_storage_class_is_an_error_of_the_put()
    {
        if (!server.IsThere(output))
            return;
        using var provider = new S3ObjectStoreProvider();
        var bucket = await server.NewBucketAsync();
        var failure = await Assert.ThrowsAsync<BackupSqlException>(
            () => provider.OpenAsync(StoreUri.Parse(server.Location(bucket, "", "&S3_STORAGE_CLASS=NEVER_HEARD_OF"))).AsTask());
        Assert.False(failure.IsTransient);
    }

    [Theory]
    [InlineData("&S3_STORAGE_CLASS=STANDARD_IA")]
    [InlineData("&AWS_SERVER_ENC_MODE=AES256")]
    [InlineData("&AWS_SERVER_ENC_MODE=aws:kms&AWS_SERVER_KMS_ID=testkey-1")]
    [InlineData("&AWS_SKIP_CHECKSUM=true")]
    [InlineData("&AWS_REGION=eu-central-1")]
    public async Task Parameters_of_the_location_are_sent(string parameters)
    {
        if (!server.IsThere(output))
            return;
        using var provider = new S3ObjectStoreProvider();
        var bucket = await server.NewBucketAsync();
        await using var store = await provider.OpenAsync(StoreUri.Parse(server.Location(bucket, "deep/path", parameters)));
        Assert.True(await store.PutIfAbsentAsync("a", "content"u8.ToArray()));
        var back = new byte[7];
        await store.ReadAsync("a", 0, back);
        Assert.Equal("content"u8.ToArray(), back);
        using var client = server.NewClient();
        var metadata = await client.GetObjectMetadataAsync(bucket, "deep/path/a");
        if (parameters.Contains("STANDARD_IA", StringComparison.Ordinal))
            Assert.Equal("STANDARD_IA", metadata.StorageClass.Value);
    }

    [Theory]
    [InlineData("s3://", "must name a bucket")]
    [InlineData("s3://b", "lacks parameter AWS_ACCESS_KEY_ID")]
    [InlineData("s3://b?AWS_ACCESS_KEY_ID=a", "lacks parameter AWS_SECRET_ACCESS_KEY")]
    [InlineData("s3://b?AUTH=guess", "parameter AUTH of the location has an invalid value")]
    [InlineData("s3://b/a/../c?AUTH=implicit", "is not valid")]
    [InlineData("s3://b/a/%2e%2e/c?AUTH=implicit", "is not valid")]
    [InlineData("s3://b?AUTH=implicit&aws_region=x", "know no parameter aws_region")]
    [InlineData("s3://b?AUTH=implicit&S3_STORAGE_CLASS=GLACIER", "storage class GLACIER cannot hold backups")]
    [InlineData("s3://b?AUTH=implicit&AWS_SERVER_KMS_ID=k", "do not fit together")]
    [InlineData("s3://b?AUTH=implicit&AWS_ENDPOINT=ftp://x", "parameter AWS_ENDPOINT of the location has an invalid value")]
    [InlineData("gs://b?AUTH=implicit", "reached with an HMAC key only")]
    [InlineData("gs://b?CREDENTIALS=bm90IGpzb24%3D", "parameter CREDENTIALS of the location has an invalid value")]
    [InlineData("s3://b?AUTH=implicit&AWS_ENDPOINT=http://u:MARKER@h", "parameter AWS_ENDPOINT of the location has an invalid value")]
    [InlineData("s3://../x?AUTH=implicit", "is not valid")]
    [InlineData("s3://a%2F..%2Fb/x?AUTH=implicit", "is not valid")]
    [InlineData("s3://AKIA:MARKER/x@b/c?AUTH=implicit", "the host of the location is not valid")]
    [InlineData("s3://b?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCESS_KEY=x&MARKER", "has a parameter that")]
    [InlineData("gs://b?CREDENTIALS=MARKER", "parameter CREDENTIALS of the location has an invalid value")]
    public void Locations_are_checked_before_anything_is_sent(string location, string message)
    {
        using var provider = new S3ObjectStoreProvider();
        var failure = Assert.Throws<BackupSqlException>(() => provider.Check(StoreUri.Parse(location)));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MARKER", $"{failure} {failure.Detail} {failure.Hint}", StringComparison.Ordinal);
    }

    private static async Task<BackupSqlException> OpenFailsAsync(string location)
    {
        using var provider = new S3ObjectStoreProvider();
        return await Assert.ThrowsAsync<BackupSqlException>(() => provider.OpenAsync(StoreUri.Parse(location)).AsTask());
    }
}
