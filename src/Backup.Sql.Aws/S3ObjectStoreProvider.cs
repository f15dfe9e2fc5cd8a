using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.S3;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>
/// Opens buckets: <c>s3://bucket/path?…</c> of Amazon and of servers that speak its protocol, and
/// <c>gs://bucket/path</c> by way of Google's endpoint for it. The parameters are those of CockroachDB's cloud storage
/// locations.
/// </summary>
public sealed class S3ObjectStoreProvider : IObjectStoreProvider, IDisposable
{
    private static readonly TimeSpan RequestTime = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<(string? Endpoint, string Bucket), StoreCapabilities> _probed = new();
    private readonly ConcurrentDictionary<S3Location, Lazy<AmazonS3Client>> _clients = new();

    /// <summary>Names probes and uploads. Default: the operating system's random numbers.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["s3", "gs"];

    /// <inheritdoc/>
    public void Check(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        S3Location.Parse(uri);
    }

    /// <inheritdoc/>
    /// <exception cref="BackupSqlException">
    /// 58P01 there is no such bucket; 42501 the credentials are not accepted; 22023 the bucket is in another region.
    /// </exception>
    public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var location = S3Location.Parse(uri);

        // What a server can do does not hang on the path, and a connection may serve many locations.
        var client = _clients.GetOrAdd(
            location with { Prefix = "" }, key => new Lazy<AmazonS3Client>(() => Connect(key))).Value;
        var bucket = new S3Bucket(client, location);
        if (!_probed.TryGetValue((location.Endpoint, location.Bucket), out var capabilities))
        {
            capabilities = await new S3Probe(bucket, Random).RunAsync(cancellationToken).ConfigureAwait(false);
            _probed[(location.Endpoint, location.Bucket)] = capabilities;
        }

        return new S3ObjectStore(bucket, capabilities);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
            client.Value.Dispose();
    }

    private static AmazonS3Client Connect(S3Location location)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = location.Region,
            ForcePathStyle = location.UsePathStyle,

            // Retries are the business of the pipeline around every store: it knows what may be repeated.
            MaxErrorRetry = 0,
            HttpClientFactory = new S3HttpClientFactory(RequestTime),
            RequestChecksumCalculation = location.SkipChecksums
                ? RequestChecksumCalculation.WHEN_REQUIRED
                : RequestChecksumCalculation.WHEN_SUPPORTED,
            ResponseChecksumValidation = location.SkipChecksums
                ? ResponseChecksumValidation.WHEN_REQUIRED
                : ResponseChecksumValidation.WHEN_SUPPORTED,
        };
        if (location.Endpoint is { } endpoint)
            config.ServiceURL = endpoint;
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(location.Region);
        return new AmazonS3Client(Credentials(location), config);
    }

    private static AWSCredentials Credentials(S3Location location)
    {
        AWSCredentials credentials = location switch
        {
            { IsImplicit: true } => Implicit(),
            { SessionToken: { } token } =>
                new SessionAWSCredentials(location.AccessKey, location.SecretKey, token),
            _ => new BasicAWSCredentials(location.AccessKey, location.SecretKey),
        };
        return location.Roles.Aggregate(credentials, (current, role) => new AssumeRoleAWSCredentials(
            current, role.Arn, "backup-sql", new AssumeRoleAWSCredentialsOptions { ExternalId = role.ExternalId }));
    }

    private static AWSCredentials Implicit()
    {
        try
        {
            return Amazon.Runtime.Credentials.DefaultAWSCredentialsIdentityResolver.GetCredentials();
        }
        catch (AmazonClientException error)
        {
            throw S3Errors.NoImplicitCredentials(error);
        }
    }
}
