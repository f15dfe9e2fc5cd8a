using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Aws;

/// <summary>Errors of S3. What a server says in words is left out: it may repeat what was sent.</summary>
internal static class S3Errors
{
    private const string BucketMissing = "NoSuchBucket";
    private const string Denied = "AccessDenied";

    public static BackupSqlException NoBucket(string scheme) => AwsErrors.Invalid(
        $"a location of scheme {scheme} must name a bucket", $"Write it like '{scheme}://bucket/path'.");

    public static BackupSqlException InvalidPath(string location) => AwsErrors.Invalid(
        $"the path of location {location} is not valid", "Parts of the path are not '.' or '..' and hold no control characters.");

    public static BackupSqlException EncryptionKeyMismatch() => AwsErrors.Invalid(
        "AWS_SERVER_KMS_ID and AWS_SERVER_ENC_MODE do not fit together",
        "Give AWS_SERVER_KMS_ID with AWS_SERVER_ENC_MODE=aws:kms, and only then.");

    public static BackupSqlException ArchiveClass(string name) => AwsErrors.Invalid(
        $"storage class {name} cannot hold backups",
        "A chain is read back for increments and restores: use GLACIER_IR or STANDARD_IA, or move old chains by a rule of the bucket.");

    public static BackupSqlException GoogleNeedsKey() => new(
        SqlStates.FeatureNotSupported, "gs:// locations are reached with an HMAC key only")
    {
        Hint = "Make an HMAC key of a service account and give it as CREDENTIALS: base64 of {\"access_id\": …, \"secret\": …}.",
    };

    public static BackupSqlException ObjectExists(string name) => new(
        SqlStates.DuplicateFile, $"object {name} exists already")
    {
        Hint = "Stored objects are never overwritten: choose another name or location.",
    };

    public static BackupSqlException ObjectNotFound(string name, Exception? inner = null) => new(
        SqlStates.UndefinedFile, $"object {name} does not exist", inner)
    {
        Hint = "Check the location, and whether somebody removed files from it.",
    };

    public static BackupSqlException EndsEarly(string name, long offset, long wanted, Exception? inner = null) => new(
        SqlStates.DataCorrupted, $"object {name} is shorter than expected", inner)
    {
        Detail = wanted == 0 ? null : $"{wanted} bytes from offset {offset} were asked for.",
        Hint = "The object was cut or replaced: restore it from a copy, or use an earlier backup.",
    };

    public static BackupSqlException BrokenOff(string name) => new(
        SqlStates.IoError, $"the connection broke while object {name} was read")
    {
        Transient = true,
        Hint = "Try again; if it goes on, look at the network between here and the store.",
    };

    public static BackupSqlException TooManyParts(string name) => new(
        SqlStates.ProgramLimitExceeded, $"object {name} grows beyond what the parts of an upload can hold")
    {
        Hint = "Make data files smaller: SET CLUSTER SETTING bulkio.backup.file_size = '128MiB'",
    };

    /// <summary>What is left of many that were to be deleted by one request.</summary>
    /// <param name="left">Names, and what the server says of each.</param>
    /// <param name="wanted">How many were to be deleted.</param>
    /// <param name="location">The location.</param>
    public static BackupSqlException NotAllDeleted(
        IReadOnlyList<(string Name, string? Code)> left, int wanted, S3Location location)
    {
        var denied = left.Where(failed => failed.Code == Denied).ToList();
        var (name, code) = denied.Concat(left).FirstOrDefault();
        var detail = $"Of {wanted} objects {left.Count} were not deleted; the server says {code} of {name}.";
        return denied.Count > 0
            ? new(SqlStates.InsufficientPrivilege, $"cannot delete {name}: access is denied")
            {
                Detail = detail,
                Hint = $"Give these credentials {Permission("delete")} on bucket {location.Bucket}; "
                    + "objects that are locked cannot be deleted before their time.",
            }
            : new(SqlStates.IoError, $"cannot delete {name}: the store of bucket {location.Bucket} failed to")
            {
                Transient = true,
                Detail = detail,
                Hint = "It was tried again and again; check the store's health.",
            };
    }

    public static bool IsBucketMissing(BackupSqlException error) =>
        error.InnerException is AmazonS3Exception { ErrorCode: BucketMissing };

    public static bool IsPermissionMissing(BackupSqlException error) =>
        error.InnerException is AmazonS3Exception { ErrorCode: Denied };

    /// <summary>Turns a failure into ours.</summary>
    /// <returns>Null for what is none: a cancelled call, an error of ours.</returns>
    public static BackupSqlException? Translate(
        Exception error, string verb, string name, S3Location location, CancellationToken cancellationToken) =>
        error switch
        {
            BackupSqlException => null,
            OperationCanceledException when cancellationToken.IsCancellationRequested => null,
            AmazonS3Exception answer => OfAnswer(answer, verb, name, location),
            AmazonServiceException or AmazonClientException or HttpRequestException or IOException
                or OperationCanceledException or TimeoutException => Unreachable(verb, name, location, error),
            _ => null,
        };

    private static BackupSqlException OfAnswer(
        AmazonS3Exception error, string verb, string name, S3Location location) =>
        error.ErrorCode switch
        {
            BucketMissing => new(SqlStates.UndefinedFile, $"bucket {location.Bucket} does not exist", error)
            {
                Hint = "Create the bucket, or check its name and the endpoint; buckets are never created by a backup.",
            },
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" =>
                new(SqlStates.InsufficientPrivilege, $"the credentials for bucket {location.Bucket} are not accepted", error)
                {
                    // Those of a role are good; they may have been renewed while the request was signed.
                    Transient = !location.Access.Roles.IsEmpty,
                    Detail = $"The server says {error.ErrorCode}.",
                    Hint = "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (percent-encode '/' and '+') and AWS_SESSION_TOKEN.",
                },
            "RequestTimeout" or "SlowDown" or "Throttling" or "ThrottlingException" =>
                Unreachable(verb, name, location, error),
            "RequestTimeTooSkewed" =>
                new(SqlStates.InsufficientPrivilege, "the clocks of this machine and of the store differ too much", error)
                {
                    Hint = "Set this machine's clock: requests are signed with its time.",
                },
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
                new(SqlStates.InvalidParameterValue, $"bucket {location.Bucket} is not in region {location.Access.Region}", error)
                {
                    Hint = "Give the bucket's region as AWS_REGION, and its server as AWS_ENDPOINT if it is not Amazon's.",
                },
            "InvalidObjectState" => new(SqlStates.ObjectNotInState, $"object {name} lies in an archive", error)
            {
                Hint = "Bring it back from the archive first, with the store's own tools; that takes hours.",
            },
            "QuotaExceeded" or "InsufficientStorage" or "XMinioStorageFull" =>
                new(SqlStates.DiskFull, $"cannot {verb} {name}: no space is left", error)
                {
                    Hint = "Free space or raise the quota, then run the statement again; nothing partial was left.",
                },
            "NotImplemented" => new(SqlStates.FeatureNotSupported, $"the store cannot {verb} {name} as asked", error)
            {
                Hint = "Another parameter of the location may be the reason, such as S3_STORAGE_CLASS or AWS_SERVER_ENC_MODE.",
            },
            _ => OfStatus(error, verb, name, location),
        };

    private static BackupSqlException OfStatus(
        AmazonS3Exception error, string verb, string name, S3Location location) =>
        error.StatusCode switch
        {
            HttpStatusCode.NotFound => ObjectNotFound(name, error),
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
                new(SqlStates.InsufficientPrivilege, $"cannot {verb} {name}: access is denied", error)
                {
                    Hint = $"Give these credentials {Permission(verb)} on bucket {location.Bucket}.",
                },
            HttpStatusCode.RequestedRangeNotSatisfiable => EndsEarly(name, 0, 0, error),
            HttpStatusCode.PreconditionFailed => new(SqlStates.DuplicateFile, $"object {name} exists already", error),
            HttpStatusCode.InsufficientStorage => new(SqlStates.DiskFull, $"cannot {verb} {name}: no space is left", error),
            // A connection out of step gives answers that make no sense; the next one will do better.
            HttpStatusCode.MethodNotAllowed => Unreachable(verb, name, location, error),
            HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
                or >= HttpStatusCode.InternalServerError or 0 => Unreachable(verb, name, location, error),
            _ => new(SqlStates.IoError, $"cannot {verb} {name}", error)
            {
                Detail = $"The server answers {(int)error.StatusCode} {error.ErrorCode}.",
                Hint = "Check the location's parameters against what the server knows.",
            },
        };

    private static BackupSqlException Unreachable(string verb, string name, S3Location location, Exception error) =>
        new(SqlStates.IoError, $"cannot {verb} {name}: the store of bucket {location.Bucket} does not answer as it should", error)
        {
            Transient = true,
            Detail = error is AmazonServiceException { StatusCode: not 0 } answer
                ? $"It answers {(int)answer.StatusCode} {answer.ErrorCode}."
                : null,
            Hint = "It was tried again and again; check the endpoint, the network and the store's health.",
        };

    private static string Permission(string verb) => verb switch
    {
        "write" => "s3:PutObject",
        "read" or "look at" => "s3:GetObject (and s3:ListBucket, to tell a missing object from a forbidden one)",
        "list" => "s3:ListBucket",
        "delete" => "s3:DeleteObject",
        _ => "s3:AbortMultipartUpload",
    };
}
