using System.Net;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Aws;

/// <summary>Temporary credentials of a role, taken on with others and renewed before they run out.</summary>
internal sealed class RoleCredentials : RefreshingAWSCredentials
{
    private const string SessionName = "backup-sql";

    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    // A request on its way must not lose its credentials.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(5);

    private readonly AWSCredentials _source;
    private readonly AwsRole _role;
    private readonly AwsAccess _access;

    public RoleCredentials(AWSCredentials source, AwsRole role, AwsAccess access)
    {
        (_source, _role, _access) = (source, role, access);
        PreemptExpiryTime = Reserve;
    }

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        try
        {
            using var client = new AmazonSecurityTokenServiceClient(
                _source, _access.Configure(new AmazonSecurityTokenServiceConfig(), _access.RoleEndpoint, RequestTime));
            var answer = await client.AssumeRoleAsync(new AssumeRoleRequest
            {
                RoleArn = _role.Arn, ExternalId = _role.ExternalId, RoleSessionName = SessionName,
            }).ConfigureAwait(false);
            return new CredentialsRefreshState(
                new ImmutableCredentials(
                    answer.Credentials.AccessKeyId, answer.Credentials.SecretAccessKey,
                    answer.Credentials.SessionToken),
                answer.Credentials.Expiration ?? DateTime.MinValue);
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
            AwsErrors.RolesUnreachable(_role.Arn, error),
        AmazonServiceException refusal => AwsErrors.RoleRefused(_role.Arn, refusal),
        AmazonClientException or HttpRequestException or IOException or OperationCanceledException
            or TimeoutException => AwsErrors.RolesUnreachable(_role.Arn, error),
        _ => null,
    };
}
