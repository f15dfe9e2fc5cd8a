using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>Tells locations of keys from locations of backups.</summary>
internal static class KeyLocation
{
    /// <summary>True for schemes that mean a key even where no provider serves them.</summary>
    public static bool Is(StoreUri uri) => uri.Scheme switch
    {
        "aws" or "aws-kms" or "gcp-kms" or "azure-kms" or "local-kms" => true,
        "gs" => uri.Host.Length == 0, // a bucket has a name; a key's path says it all
        _ => false,
    };

    /// <summary>Refuses a location without a key, or with a host.</summary>
    public static void Check(StoreUri uri)
    {
        if (uri.Host.Length > 0 || uri.Path.Trim('/').Length == 0)
            throw Errors.KeyLocationWithoutKey(uri.Scheme);
    }
}
