using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Backup.Sql.Keys;

namespace Backup.Sql.Aws;

/// <summary>
/// A symmetric key of AWS KMS. The context travels as the encryption context <c>backup-sql</c>, base64: KMS binds it,
/// and writes it into its trail.
/// </summary>
internal sealed class KmsService : IKeyManagementService
{
    private const string ContextName = "backup-sql";

    private readonly AmazonKeyManagementServiceClient _client;
    private readonly KmsKey _key;
    private readonly string _arn;

    private KmsService(AmazonKeyManagementServiceClient client, KmsKey key, string arn)
    {
        (_client, _key, _arn) = (client, key, arn);
        KeyId = KmsKey.IdOf(arn);
    }

    /// <inheritdoc/>
    public string KeyId { get; }

    /// <summary>Finds out which key a location names; an alias may name another one tomorrow.</summary>
    public static async Task<KmsService> OpenAsync(
        AmazonKeyManagementServiceClient client, KmsKey key, CancellationToken cancellationToken)
    {
        if (key.IsArn)
            return new KmsService(client, key, key.Name);
        var answer = await KmsErrors.RunAsync(
            "kms:DescribeKey", key,
            token => client.DescribeKeyAsync(new DescribeKeyRequest { KeyId = key.Name }, token), cancellationToken)
                .ConfigureAwait(false);
        var about = answer.KeyMetadata;
        if (about?.KeyUsage is { } usage && usage != KeyUsageType.ENCRYPT_DECRYPT)
            throw KmsErrors.OtherUsage(key, cause: null);
        return new KmsService(client, key, about?.Arn ?? throw KmsErrors.NotUnderstood(key));
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        var plain = key.ToArray();
        try
        {
            var answer = await KmsErrors.RunAsync(
                "kms:Encrypt", _key,
                token => _client.EncryptAsync(
                    new EncryptRequest
                    {
                        KeyId = _arn, Plaintext = new MemoryStream(plain), EncryptionContext = Context(context),
                    },
                    token),
                cancellationToken).ConfigureAwait(false);
            return answer.CiphertextBlob?.ToArray() ?? throw KmsErrors.NotUnderstood(_key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        var answer = await KmsErrors.RunAsync(
            "kms:Decrypt", _key,
            token => _client.DecryptAsync(
                new DecryptRequest
                {
                    KeyId = _arn,
                    CiphertextBlob = new MemoryStream(wrapped.ToArray()),
                    EncryptionContext = Context(context),
                },
                token),
            cancellationToken).ConfigureAwait(false);
        if (answer.Plaintext is not { } plain)
            throw KmsErrors.NotUnderstood(_key);
        try
        {
            return plain.ToArray();
        }
        finally
        {
            if (plain.TryGetBuffer(out var buffer))
                CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Dictionary<string, string>? Context(ReadOnlyMemory<byte> context) =>
        context.IsEmpty ? null : new() { [ContextName] = Convert.ToBase64String(context.Span) };
}
