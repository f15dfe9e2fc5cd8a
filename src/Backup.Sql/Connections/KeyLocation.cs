using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Connections;

/// <summary>Tells locations of keys from locations of backups, and checks them as far as their text goes.</summary>
internal static class KeyLocation
{
    public static bool Is(StoreUri uri) => uri.Scheme switch
    {
        "aws" or "aws-kms" or "gcp-kms" or "azure-kms" or "local-kms" => true,
        "gs" => uri.Host.Length == 0, // a bucket has a name; a key's path says it all
        _ => false,
    };

    /// <summary>Refuses a location without a key, and parameters that its scheme does not know.</summary>
    public static void Check(StoreUri uri)
    {
        if (uri.Host.Length > 0 || uri.Path.Trim('/').Length == 0)
            throw Errors.KeyLocationWithoutKey(uri.Scheme);
        uri.RefuseParametersExcept(uri.Scheme switch
        {
            "local-kms" => ["key"],
            "gs" or "gcp-kms" => ["AUTH", "CREDENTIALS", "ASSUME_ROLE"],
            "azure-kms" =>
            [
                "AUTH", "AZURE_VAULT_NAME", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET",
                "AZURE_ENVIRONMENT",
            ],
            _ =>
            [
                "AUTH", "REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT",
                "ASSUME_ROLE",
            ],
        });
    }
}
