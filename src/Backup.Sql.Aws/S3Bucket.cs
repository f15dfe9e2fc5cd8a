using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Aws;

/// <summary>A bucket as one location sees it; every call's failure is turned into ours here.</summary>
internal sealed class S3Bucket(AmazonS3Client client, S3Location location)
{
    public string Prefix => location.Prefix;

    /// <summary>False where it is known that one request deletes one object: Google's server.</summary>
    public bool MayDeleteMany => !location.IsGoogle;

    /// <summary>The full key of an object.</summary>
    public string KeyOf(string name) => location.Prefix + name;

    /// <summary>Puts an object in one request.</summary>
    /// <returns>False when it was to be new and is not.</returns>
    public async Task<bool> PutAsync(
        string name, Stream content, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var request = new PutObjectRequest
        {
            BucketName = location.Bucket,
            Key = KeyOf(name),
            InputStream = content,
            AutoCloseStream = false,
            IfNoneMatch = onlyIfAbsent ? "*" : null,
            StorageClass = location.StorageClass,
            ServerSideEncryptionMethod = location.Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = location.EncryptionKey,
            UseChunkEncoding = !location.SkipChecksums,
        };
        try
        {
            await RunAsync("write", name, token => client.PutObjectAsync(request, token), cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (BackupSqlException error) when (IsTaken(error))
        {
            return false;
        }
    }

    public async Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = KeyOf(name),
            StorageClass = location.StorageClass,
            ServerSideEncryptionMethod = location.Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = location.EncryptionKey,
        };
        var response = await RunAsync(
            "write", name, token => client.InitiateMultipartUploadAsync(request, token), cancellationToken)
            .ConfigureAwait(false);
        return response.UploadId;
    }

    public async Task<PartETag> UploadPartAsync(
        string name, string upload, int number, Stream content, CancellationToken cancellationToken)
    {
        var request = new UploadPartRequest
        {
            BucketName = location.Bucket,
            Key = KeyOf(name),
            UploadId = upload,
            PartNumber = number,
            PartSize = content.Length,
            InputStream = content,
            UseChunkEncoding = !location.SkipChecksums,
        };
        var response = await RunAsync(
            "write", name, token => client.UploadPartAsync(request, token), cancellationToken).ConfigureAwait(false);
        return new PartETag(response);
    }

    /// <summary>Makes an object of its parts.</summary>
    /// <returns>False when the name is taken and the server said so.</returns>
    public async Task<bool> CompleteUploadAsync(
        string name, string upload, List<PartETag> parts, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = KeyOf(name),
            UploadId = upload,
            PartETags = parts,
            IfNoneMatch = onlyIfAbsent ? "*" : null,
        };
        try
        {
            await RunAsync("write", name, token =>
                client.CompleteMultipartUploadAsync(request, token), cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (BackupSqlException error) when (IsTaken(error))
        {
            return false;
        }
    }

    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken) => RunAsync(
        "abandon",
        name,
        token => client.AbortMultipartUploadAsync(
            new AbortMultipartUploadRequest { BucketName = location.Bucket, Key = KeyOf(name), UploadId = upload },
                token),
        cancellationToken);

    /// <summary>A page of the uploads that were begun and neither completed nor abandoned.</summary>
    /// <param name="prefix">The beginning of their objects' names.</param>
    /// <param name="after">The page before; null for the first one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The page; its keys are whole ones.</returns>
    public Task<ListMultipartUploadsResponse> ListUploadsAsync(
        string prefix, ListMultipartUploadsResponse? after, CancellationToken cancellationToken) => RunAsync(
        "list uploads below",
        prefix,
        token => client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest
            {
                BucketName = location.Bucket,
                Prefix = KeyOf(prefix),
                KeyMarker = after?.NextKeyMarker,
                UploadIdMarker = after?.NextUploadIdMarker,
            },
            token),
        cancellationToken);

    /// <summary>Starts to read a range; the response is disposed by the caller.</summary>
    public Task<GetObjectResponse> GetAsync(string name, long from, long to, CancellationToken cancellationToken) =>
        RunAsync(
            "read",
            name,
            token => client.GetObjectAsync(
                new GetObjectRequest { BucketName = location.Bucket, Key = KeyOf(name),
                    ByteRange = new ByteRange(from, to) },
                token),
            cancellationToken);

    /// <summary>An object's size; null without such an object.</summary>
    public async Task<long?> HeadAsync(string name, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = location.Bucket, Key = KeyOf(name) };
        try
        {
            var response = await RunAsync(
                "look at", name, token => client.GetObjectMetadataAsync(request, token), cancellationToken)
                .ConfigureAwait(false);
            return response.ContentLength;
        }
        catch (BackupSqlException error) when (
            error.SqlState == SqlStates.UndefinedFile && !S3Errors.IsBucketMissing(error))
        {
            return null;
        }
    }

    public Task<ListObjectsV2Response> ListAsync(
        string prefix, string? delimiter, string? startAfter, string? continuation,
            CancellationToken cancellationToken) =>
        RunAsync(
            "list",
            prefix,
            token => client.ListObjectsV2Async(
                new ListObjectsV2Request
                {
                    BucketName = location.Bucket,
                    Prefix = KeyOf(prefix),
                    Delimiter = delimiter,
                    StartAfter = continuation is null && startAfter is not null ? KeyOf(startAfter) : null,
                    ContinuationToken = continuation,
                },
                token),
            cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => RunAsync(
        "delete",
        name,
        token => client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = location.Bucket, Key = KeyOf(name) }, token),
        cancellationToken);

    /// <summary>Deletes up to a thousand objects by one request.</summary>
    /// <exception cref="BackupSqlException">Some were not deleted; transient if that may pass.</exception>
    public async Task DeleteManyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectsRequest
        {
            BucketName = location.Bucket,
            Objects = [.. names.Select(name => new KeyVersion { Key = KeyOf(name) })],
            Quiet = true,
        };
        try
        {
            await RunAsync(
                "delete", names[0], token => client.DeleteObjectsAsync(request, token), cancellationToken)
                    .ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.InnerException is DeleteObjectsException partial)
        {
            throw S3Errors.NotAllDeleted(
                [.. (partial.Response.DeleteErrors ?? []).Select(e => (e.Key[Prefix.Length..], e.Code))],
                names.Count, location);
        }
    }

    private static bool IsTaken(BackupSqlException error) =>
        error.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed };

    private async Task<T> RunAsync<T>(
        string verb, string name, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await call(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (S3Errors.Translate(error, verb, name, location, cancellationToken) is { } ours)
        {
            throw ours;
        }
    }
}
