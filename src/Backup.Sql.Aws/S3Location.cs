using System.Text;
using System.Text.Json;
using Amazon.S3;
using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>A location of scheme <c>s3</c> or <c>gs</c>, taken apart and checked.</summary>
internal sealed record S3Location
{
    /// <summary>Google's server that speaks S3.</summary>
    public const string GoogleEndpoint = "https://storage.googleapis.com";

    private const string DefaultRegion = "us-east-1";

    private static readonly string[] S3Parameters =
    [
        "AUTH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT",
        "AWS_USE_PATH_STYLE", "AWS_SKIP_CHECKSUM", "ASSUME_ROLE", "AWS_SERVER_ENC_MODE", "AWS_SERVER_KMS_ID",
        "S3_STORAGE_CLASS",
    ];

    private static readonly string[] GoogleParameters = ["AUTH", "CREDENTIALS", "ASSUME_ROLE"];

    private static readonly string[] EncryptionModes = ["AES256", "aws:kms"];

    // A chain is read back for its increments and its restores; what lies in an archive takes hours to come back.
    private static readonly string[] Archives = ["GLACIER", "DEEP_ARCHIVE"];

    private S3Location()
    {
    }

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>What every key starts with: empty, or a path that ends with a slash.</summary>
    public required string Prefix { get; init; }

    /// <summary>Who asks, and which server.</summary>
    public required AwsAccess Access { get; init; }

    /// <summary>A location of scheme <c>gs</c>.</summary>
    public bool IsGoogle { get; init; }

    /// <summary>The bucket stands in the path and not in the host's name.</summary>
    public bool UsePathStyle { get; init; }

    /// <summary>Leaves out the checksums that the SDK adds, which many servers do not know.</summary>
    public bool SkipChecksums { get; init; }

    /// <summary>How the server encrypts; null for its own default.</summary>
    public ServerSideEncryptionMethod? Encryption { get; init; }

    /// <summary>The server's key; null for its default one.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>The storage class; null for the bucket's default.</summary>
    public S3StorageClass? StorageClass { get; init; }

    /// <summary>Takes a location apart.</summary>
    /// <param name="uri">The location.</param>
    /// <param name="googleEndpoint">The server of scheme <c>gs</c>.</param>
    /// <returns>Its parts.</returns>
    public static S3Location Parse(StoreUri uri, string googleEndpoint = GoogleEndpoint)
    {
        var isGoogle = uri.Scheme == "gs";
        uri.RefuseParametersExcept(isGoogle ? GoogleParameters : S3Parameters);
        if (uri.Host.Length == 0)
            throw S3Errors.NoBucket(uri.Scheme);
        var path = uri.Path.Trim('/');
        if (uri.Host is "." or ".." || uri.Host.AsSpan().ContainsAny("/\\?#%") || uri.Host.Any(char.IsControl)
            || path.Split('/').Any(part => part is "." or ".." || part.Any(char.IsControl)))
            throw S3Errors.InvalidPath(uri.ToString());
        return isGoogle ? ParseGoogle(uri, path, googleEndpoint) : ParseS3(uri, path);
    }

    private static S3Location ParseS3(StoreUri uri, string path)
    {
        var access = AwsAccess.Parse(uri, Value(uri, "AWS_REGION") ?? DefaultRegion);
        var server = access.Endpoint is { } endpoint ? new Uri(endpoint) : null;
        return new S3Location
        {
            Bucket = uri.Host,
            Prefix = path.Length == 0 ? "" : path + "/",
            Access = access,
            // A bucket cannot stand before an address.
            UsePathStyle = Flag(uri, "AWS_USE_PATH_STYLE")
                ?? (server is not null && (server.IsLoopback || server.HostNameType != UriHostNameType.Dns)),
            SkipChecksums = Flag(uri, "AWS_SKIP_CHECKSUM") ?? server is not null,
            Encryption = OneOf(uri, "AWS_SERVER_ENC_MODE", EncryptionModes) is { } mode
                ? ServerSideEncryptionMethod.FindValue(mode)
                : null,
            EncryptionKey = Key(uri),
            StorageClass = Class(uri),
        };
    }

    private static S3Location ParseGoogle(StoreUri uri, string path, string googleEndpoint)
    {
        if (AwsAccess.IsImplicitOf(uri) || Value(uri, "ASSUME_ROLE") is not null)
            throw S3Errors.GoogleNeedsKey();
        var (key, secret) = GoogleKey(Value(uri, "CREDENTIALS") ?? throw AwsErrors.MissingParameter("CREDENTIALS"));
        return new S3Location
        {
            Bucket = uri.Host,
            Prefix = path.Length == 0 ? "" : path + "/",
            Access = new AwsAccess
            {
                AccessKey = key, SecretKey = secret, Region = "auto", Endpoint = googleEndpoint,
            },
            IsGoogle = true,
            UsePathStyle = true,
            SkipChecksums = true,
        };
    }

    private static string? Key(StoreUri uri)
    {
        var (mode, key) = (Value(uri, "AWS_SERVER_ENC_MODE"), Value(uri, "AWS_SERVER_KMS_ID"));
        return (mode == "aws:kms") == (key is not null) ? key : throw S3Errors.EncryptionKeyMismatch();
    }

    private static S3StorageClass? Class(StoreUri uri)
    {
        var name = Value(uri, "S3_STORAGE_CLASS");
        if (name is not null && Archives.Contains(name, StringComparer.Ordinal))
            throw S3Errors.ArchiveClass(name);
        return name is null ? null : S3StorageClass.FindValue(name);
    }

    private static string? OneOf(StoreUri uri, string parameter, string[] values) => Value(uri, parameter) switch
    {
        null => null,
        var value when values.Contains(value, StringComparer.Ordinal) => value,
        _ => throw AwsErrors.InvalidValue(parameter, string.Join(" or ", values)),
    };

    private static bool? Flag(StoreUri uri, string parameter) => Value(uri, parameter)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw AwsErrors.InvalidValue(parameter, "true or false"),
    };

    private static string? Value(StoreUri uri, string parameter) => AwsAccess.Value(uri, parameter);

    // Base64 of {"access_id": "…", "secret": "…"}: an HMAC key for the endpoint that speaks S3.
    private static (string Key, string Secret) GoogleKey(string credentials)
    {
        try
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(credentials)));
            if (json.RootElement.TryGetProperty("access_id", out var key) && key.GetString() is { Length: > 0 } id
                && json.RootElement.TryGetProperty("secret", out var value)
                    && value.GetString() is { Length: > 0 } secret)
                return (id, secret);
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException)
        {
            // Nothing of it may be shown, so nothing of the error is passed on.
        }

        throw AwsErrors.InvalidValue("CREDENTIALS", "base64 of a JSON object with access_id and secret");
    }
}
