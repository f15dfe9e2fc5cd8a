using Amazon.Runtime;
using Backup.Sql.Storage;
using Backup.Sql.Syntax;

namespace Backup.Sql.Aws;

/// <summary>Who a location makes its requests as, and of which server.</summary>
internal sealed record AwsAccess
{
    /// <summary>True when the environment gives the credentials.</summary>
    public bool IsImplicit { get; init; }

    /// <summary>The access key's id; null when the environment gives it.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The access key's secret.</summary>
    public string? SecretKey { get; init; }

    /// <summary>The token of temporary credentials; null for lasting ones.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The roles to take on, one by means of the other.</summary>
    public ValueList<AwsRole> Roles { get; init; } = [];

    /// <summary>The region that requests are signed for.</summary>
    public required string Region { get; init; }

    /// <summary>Another server than Amazon's; null for Amazon.</summary>
    public string? Endpoint { get; init; }

    /// <summary>
    /// The server that hands out roles: the same where it is not Amazon's (Ceph and MinIO do it there), else null for
    /// Amazon's in the region. Private endpoints of Amazon serve one service each.
    /// </summary>
    public string? RoleEndpoint =>
        Endpoint is { } url && !IsAmazon(new Uri(url).Host) ? url : null;

    /// <summary>Reads the parameters that S3 and KMS locations have in common.</summary>
    /// <param name="uri">The location.</param>
    /// <param name="region">The region.</param>
    public static AwsAccess Parse(StoreUri uri, string region)
    {
        var isImplicit = IsImplicitOf(uri);
        var (key, secret) = (Value(uri, "AWS_ACCESS_KEY_ID"), Value(uri, "AWS_SECRET_ACCESS_KEY"));
        if (!isImplicit && key is null)
            throw AwsErrors.MissingParameter("AWS_ACCESS_KEY_ID");
        if (!isImplicit && secret is null)
            throw AwsErrors.MissingParameter("AWS_SECRET_ACCESS_KEY");
        return new AwsAccess
        {
            IsImplicit = isImplicit,
            AccessKey = key,
            SecretKey = secret,
            SessionToken = Value(uri, "AWS_SESSION_TOKEN"),
            Roles = AwsRole.ParseChain(Value(uri, "ASSUME_ROLE")),
            Region = region,
            Endpoint = EndpointOf(uri),
        };
    }

    /// <summary>Reads AUTH.</summary>
    public static bool IsImplicitOf(StoreUri uri) => Value(uri, "AUTH") switch
    {
        null or "specified" => false,
        "implicit" => true,
        _ => throw AwsErrors.InvalidValue("AUTH", "specified or implicit"),
    };

    /// <summary>A parameter's value; null when it is not given or empty.</summary>
    public static string? Value(StoreUri uri, string parameter) =>
        uri.Parameters.TryGetValue(parameter, out var value) && value.Length > 0 ? value : null;

    /// <summary>The credentials that requests are signed with, the last role's where there are roles.</summary>
    public AWSCredentials Credentials()
    {
        AWSCredentials own = this switch
        {
            { IsImplicit: true } => Implicit(),
            { SessionToken: { } token } => new SessionAWSCredentials(AccessKey, SecretKey, token),
            _ => new BasicAWSCredentials(AccessKey, SecretKey),
        };
        return Roles.Aggregate(own, (current, role) => new RoleCredentials(current, role, this));
    }

    /// <summary>Points a client's configuration at the server. Retries are not the SDK's business: who calls knows
    /// what may be repeated.</summary>
    public T Configure<T>(T config, string? endpoint, TimeSpan requestTime)
        where T : ClientConfig
    {
        config.MaxErrorRetry = 0;
        config.HttpClientFactory = new AwsHttpClientFactory(requestTime);
        if (endpoint is not null)
            config.ServiceURL = endpoint;
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(Region);
        config.AuthenticationRegion = Region;
        return config;
    }

    /// <summary>Not the secrets.</summary>
    public override string ToString() => $"{Region} {Endpoint}";

    private static bool IsAmazon(string host) =>
        host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase);

    private static string? EndpointOf(StoreUri uri)
    {
        if (Value(uri, "AWS_ENDPOINT") is not { } endpoint)
            return null;
        if (!endpoint.Contains("://", StringComparison.Ordinal))
            endpoint = "https://" + endpoint;
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var server) && server.Scheme is "http" or "https"
            && server.UserInfo.Length == 0
            ? endpoint
            : throw AwsErrors.InvalidValue("AWS_ENDPOINT", "a URL of a server, without a user");
    }

    private static AWSCredentials Implicit()
    {
        try
        {
            return Amazon.Runtime.Credentials.DefaultAWSCredentialsIdentityResolver.GetCredentials();
        }
        catch (AmazonClientException error)
        {
            throw AwsErrors.NoImplicitCredentials(error);
        }
    }
}
