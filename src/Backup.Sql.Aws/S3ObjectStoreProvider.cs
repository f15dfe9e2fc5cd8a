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
    private readonly ConcurrentDictionary<(string? Endpoint, string Bucket), StoreCapabilities> _probed = new();
    private readonly ConcurrentDictionary<S3Location, Lazy<AmazonS3Client>> _clients = new();

    /// <summary>Names probes and uploads. Default: the operating system's random numbers.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>
    /// How long a request may take, and the body of its answer, before the try counts as failed. Default 2 minutes.
    /// </summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How old an upload in parts must be to count as one of a process that died: longer than any file takes to
    /// write. When a backup begins or one is dropped those are taken back. Default one day.
    /// </summary>
    public TimeSpan UploadPatience { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Tells how old uploads are. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The server of <c>gs://</c>; another one in tests.</summary>
    internal string GoogleEndpoint { get; init; } = S3Location.GoogleEndpoint;

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["s3", "gs"];

    /// <inheritdoc/>
    public void Check(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        S3Location.Parse(uri, GoogleEndpoint);
    }

    /// <inheritdoc/>
    /// <exception cref="BackupSqlException">
    /// 58P01 there is no such bucket; 42501 the credentials are not accepted; 22023 the bucket is in another region.
    /// </exception>
    public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var location = S3Location.Parse(uri, GoogleEndpoint);

        // What a server can do does not hang on the path, and a connection may serve many locations.
        var client = _clients.GetOrAdd(
            location with { Prefix = "" }, key => new Lazy<AmazonS3Client>(() => Connect(key), LazyThreadSafetyMode.PublicationOnly))
                .Value;
        var bucket = new S3Bucket(client, location);
        var server = (location.Access.Endpoint, location.Bucket);
        if (!_probed.TryGetValue(server, out var capabilities))
        {
            capabilities = await new S3Probe(bucket, Random).RunAsync(cancellationToken).ConfigureAwait(false);

            // That these credentials may not write says nothing of others.
            if (!capabilities.HasFlag(StoreCapabilities.ReadOnly))
                _probed[server] = capabilities;
        }

        return new S3ObjectStore(
            bucket, capabilities, RequestTime, new S3DeadUploads(bucket, TimeProvider, UploadPatience));
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
            client.Value.Dispose();
    }

    private AmazonS3Client Connect(S3Location location)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = location.UsePathStyle,
            RequestChecksumCalculation = location.SkipChecksums
                ? RequestChecksumCalculation.WHEN_REQUIRED
                : RequestChecksumCalculation.WHEN_SUPPORTED,
            ResponseChecksumValidation = location.SkipChecksums
                ? ResponseChecksumValidation.WHEN_REQUIRED
                : ResponseChecksumValidation.WHEN_SUPPORTED,
        };
        return new AmazonS3Client(
            location.Access.Credentials(), location.Access.Configure(config, location.Access.Endpoint, RequestTime));
    }
}
