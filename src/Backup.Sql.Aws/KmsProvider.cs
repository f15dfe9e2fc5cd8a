using Amazon.KeyManagementService;
using Backup.Sql.Keys;
using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>
/// Opens keys of AWS KMS: <c>aws:///key?REGION=…</c> (or <c>aws-kms</c>), where the key is an id, an ARN or
/// <c>alias/name</c>. The parameters are those of CockroachDB's KMS locations. Needs <c>kms:Encrypt</c> and
/// <c>kms:Decrypt</c> on the key, and <c>kms:DescribeKey</c> unless the location gives the key's whole ARN.
/// </summary>
public sealed class KmsProvider : IKeyManagementProvider
{
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["aws", "aws-kms"];

    /// <inheritdoc/>
    public void Check(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        KmsKey.Parse(uri);
    }

    /// <inheritdoc/>
    public async ValueTask<IKeyManagementService> OpenAsync(
        StoreUri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var key = KmsKey.Parse(uri);
        var client = new AmazonKeyManagementServiceClient(
            key.Access.Credentials(),
            key.Access.Configure(new AmazonKeyManagementServiceConfig(), key.Access.Endpoint, RequestTime));
        try
        {
            return await KmsService.OpenAsync(client, key, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
