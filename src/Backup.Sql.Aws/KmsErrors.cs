using System.Net;
using Amazon.Runtime;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Aws;

/// <summary>Errors of AWS KMS. What the service says in words is left out.</summary>
internal static class KmsErrors
{
    public static BackupSqlException InvalidKey() => AwsErrors.Invalid(
        "the location names no key of AWS KMS",
        "Write it like 'aws:///1234abcd-12ab-34cd-56ef-1234567890ab?…', 'aws:///alias/backup?…' or with the key's ARN.");

    public static BackupSqlException OtherUsage(KmsKey key, Exception? cause) => new(
        SqlStates.InvalidParameterValue, $"key {key.Name} is not for encryption with one secret key", cause)
    {
        Hint = "Make a symmetric key for encryption and decryption, and name that one.",
    };

    public static BackupSqlException NotUnderstood(KmsKey key) => new(
        SqlStates.IoError, $"the answer about key {key.Name} cannot be understood")
    {
        Hint = "Check AWS_ENDPOINT: what answers there may be no key management service.",
    };

    /// <summary>Makes a call and turns its failure into ours.</summary>
    /// <param name="permission">What the call needs.</param>
    /// <param name="key">The key that it is about.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<T> RunAsync<T>(
        string permission, KmsKey key, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await call(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (Translate(error, permission, key, cancellationToken) is { } ours)
        {
            throw ours;
        }
    }

    private static BackupSqlException? Translate(
        Exception error, string permission, KmsKey key, CancellationToken cancellationToken) => error switch
        {
            BackupSqlException => null,
            OperationCanceledException when cancellationToken.IsCancellationRequested => null,
            AmazonServiceException answer => OfAnswer(answer, permission, key),
            AmazonClientException or HttpRequestException or IOException or OperationCanceledException
                or TimeoutException => Unreachable(key, error),
            _ => null,
        };

    private static BackupSqlException OfAnswer(AmazonServiceException error, string permission, KmsKey key) =>
        error.ErrorCode switch
        {
            "NotFoundException" => new(
                SqlStates.UndefinedObject, $"there is no key {key.Name} in region {key.Access.Region}", error)
            {
                Hint = "Check the key's id or alias, REGION, and whose account the credentials are of; a key of another "
                    + "account is named by its ARN.",
            },
            "DisabledException" or "KMSInvalidStateException" => new(
                SqlStates.ObjectNotInState, $"key {key.Name} cannot be used in its present state", error)
            {
                Hint = "Enable it, or cancel its deletion: what was encrypted with it can be read only as long as it exists.",
            },
            "InvalidCiphertextException" or "IncorrectKeyException" => new(
                SqlStates.DataCorrupted,
                $"key {key.Name} does not unwrap what is stored: it is damaged, or meant for another key", error)
            {
                Hint = "Name the key that the backup was encrypted with, or another one that was added to it.",
            },
            "InvalidKeyUsageException" => OtherUsage(key, error),
            "InvalidArnException" or "ValidationException" => AwsErrors.Invalid(
                $"{key.Name} is no name of a key that the service understands",
                "Give the key's id, its ARN, or alias/name."),
            "AccessDeniedException" => new(
                SqlStates.InsufficientPrivilege, $"key {key.Name} may not be used: access is denied", error)
            {
                Hint = $"Give these credentials {permission} on the key, in the key's policy or in theirs.",
            },
            "UnrecognizedClientException" or "InvalidSignatureException" or "IncompleteSignature"
                or "SignatureDoesNotMatch" or "InvalidClientTokenId" or "ExpiredTokenException"
                or "MissingAuthenticationToken" or "MissingAuthenticationTokenException" => new(
                SqlStates.InsufficientPrivilege, $"the credentials for key {key.Name} are not accepted", error)
            {
                Detail = $"The service says {error.ErrorCode}.",
                Hint = "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (percent-encode '/' and '+'), AWS_SESSION_TOKEN, "
                    + "and this machine's clock.",
            },
            "ThrottlingException" or "LimitExceededException" or "KeyUnavailableException"
                or "DependencyTimeoutException" or "KMSInternalException" => Unreachable(key, error),
            _ => OfStatus(error, permission, key),
        };

    private static BackupSqlException OfStatus(AmazonServiceException error, string permission, KmsKey key) =>
        error.StatusCode switch
        {
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => new(
                SqlStates.InsufficientPrivilege, $"key {key.Name} may not be used: access is denied", error)
            {
                Hint = $"Give these credentials {permission} on the key, in the key's policy or in theirs.",
            },
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
                or >= HttpStatusCode.InternalServerError or 0 => Unreachable(key, error),
            _ => new(SqlStates.IoError, $"key {key.Name} cannot be used", error)
            {
                Detail = $"The service answers {(int)error.StatusCode} {error.ErrorCode}.",
                Hint = "Check the location's parameters, AWS_ENDPOINT above all.",
            },
        };

    private static BackupSqlException Unreachable(KmsKey key, Exception error) => new(
        SqlStates.IoError, $"key {key.Name} is out of reach: the service does not answer as it should", error)
    {
        Transient = true,
        Detail = error is AmazonServiceException { StatusCode: not 0 } answer
            ? $"It answers {(int)answer.StatusCode} {answer.ErrorCode}."
            : null,
        Hint = "It was tried again and again; check the region, the endpoint, the network and the service's health.",
    };
}
