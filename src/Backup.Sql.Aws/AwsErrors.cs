using Amazon.Runtime;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Aws;

/// <summary>
/// Errors that S3 and KMS locations have in common. What a server says in words is left out: it may repeat what was
/// sent.
/// </summary>
internal static class AwsErrors
{
    public static BackupSqlException MissingParameter(string name) => Invalid(
        $"the location lacks parameter {name}",
        name switch
        {
            "CREDENTIALS" => "Give CREDENTIALS: base64 of a JSON object with access_id and secret, an HMAC key.",
            "REGION" => "Give REGION, such as REGION=eu-central-1, or name the key by its whole ARN.",
            _ => $"Give {name}, or AUTH=implicit to use the credentials of the environment.",
        });

    public static BackupSqlException InvalidValue(string name, string expected) => Invalid(
        $"parameter {name} of the location has an invalid value", $"It takes {expected}.");

    public static BackupSqlException NoImplicitCredentials(Exception inner) => new(
        SqlStates.InsufficientPrivilege, "the environment holds no AWS credentials", inner)
    {
        Hint = "Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with an instance role.",
    };

    public static BackupSqlException RoleRefused(string role, AmazonServiceException error) => new(
        SqlStates.InsufficientPrivilege, $"role {role} cannot be taken on", error)
    {
        Detail = $"The server says {error.ErrorCode}.",
        Hint = "Check ASSUME_ROLE and its external_id, whether the role trusts who takes it on (the role before it in a "
            + "chain), and whether that one has sts:AssumeRole.",
    };

    public static BackupSqlException RolesUnreachable(string role, Exception error) => new(
        SqlStates.IoError, $"role {role} cannot be taken on: the token service does not answer as it should", error)
    {
        Transient = true,
        Hint = "It was tried again and again; check the region, the network and the service's health.",
    };

    public static BackupSqlException Invalid(string message, string hint) =>
        new(SqlStates.InvalidParameterValue, message) { Hint = hint };
}
