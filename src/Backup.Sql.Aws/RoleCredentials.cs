using System.Net;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Aws;

/// <summary>Temporary credentials of a role, taken on with others and renewed before they run out.</summary>
/// <remarks>
/// The SDK asks twice for each request to S3: for the token, and, without waiting, for the key to sign with. The second
/// answer must be the first one's, so it never renews. Where another request renews in between the two do not fit, and
/// the request is made again.
/// </remarks>
internal sealed class RoleCredentials(AWSCredentials source, AwsRole role, AwsAccess access) : AWSCredentials
{
    private const string SessionName = "backup-sql";

    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    // A request on its way must not lose its credentials.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private Task<Issued>? _renewal;
    private volatile Issued? _issued;

    public override ImmutableCredentials GetCredentials() =>
        (_issued ?? Task.Run(IssueAsync).GetAwaiter().GetResult()).Credentials;

    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        if (_issued is { } issued && IsGood(issued))
            return issued.Credentials;
        Task<Issued> renewal;
        lock (_gate)
            renewal = _renewal = _renewal is { IsCompleted: false } ? _renewal : Task.Run(IssueAsync);
        return (await renewal.ConfigureAwait(false)).Credentials;
    }

    private static bool IsGood(Issued issued) => issued.Expiration - TimeProvider.System.GetUtcNow() > Reserve;

    private async Task<Issued> IssueAsync()
    {
        try
        {
            using var client = new AmazonSecurityTokenServiceClient(
                source, access.Configure(new AmazonSecurityTokenServiceConfig(), access.RoleEndpoint, RequestTime));
            var answer = await client.AssumeRoleAsync(new AssumeRoleRequest
            {
                RoleArn = role.Arn, ExternalId = role.ExternalId, RoleSessionName = SessionName,
            }).ConfigureAwait(false);
            var given = answer.Credentials;
            return _issued = new Issued(
                new ImmutableCredentials(given.AccessKeyId, given.SecretAccessKey, given.SessionToken),
                given.Expiration ?? DateTimeOffset.MinValue);
        }
        catch (Exception error) when (Translate(error) is { } ours)
        {
            throw ours;
        }
    }

    private BackupSqlException? Translate(Exception error) => error switch
    {
        BackupSqlException => null,
        AmazonServiceException { StatusCode: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
            or 0 } or AmazonServiceException { ErrorCode: "Throttling" or "ThrottlingException" } =>
            AwsErrors.RolesUnreachable(role.Arn, error),
        AmazonServiceException refusal => AwsErrors.RoleRefused(role.Arn, refusal),
        AmazonClientException or HttpRequestException or IOException or OperationCanceledException
            or TimeoutException => AwsErrors.RolesUnreachable(role.Arn, error),
        _ => null,
    };

    private sealed record Issued(ImmutableCredentials Credentials, DateTimeOffset Expiration)
    {
        public override string ToString() => nameof(Issued);
    }
}
