using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Backup.Sql.Aws.Tests.Servers;

/// <summary>Keys of AWS KMS: Encrypt, Decrypt, DescribeKey in JSON 1.1.</summary>
internal sealed class KeyManagement
{
    private const string Account = "111122223333";

    private readonly Dictionary<string, (string Arn, byte[] Key)> _keys = [];

    public Dictionary<string, string> Aliases { get; } = [];

    /// <summary>Keys that are switched off.</summary>
    public HashSet<string> Disabled { get; } = [];

    /// <summary>What a key is for, where it is not for encryption.</summary>
    public string Usage { get; set; } = "ENCRYPT_DECRYPT";

    /// <summary>Permissions that are missing: <c>Encrypt</c>, <c>Decrypt</c>, <c>DescribeKey</c>.</summary>
    public HashSet<string> Denied { get; } = [];

    public int Calls { get; private set; }

    public string Add(string id, string region = "eu-central-1")
    {
        // Copies of a key in several regions have one id and one key.
        var key = id.StartsWith("mrk-", StringComparison.Ordinal) ? SHA256.HashData(Encoding.UTF8.GetBytes(id)) : RandomNumberGenerator.GetBytes(32);
        var arn = $"arn:aws:kms:{region}:{Account}:key/{id}";
        _keys[id] = (arn, key);
        return arn;
    }

    public async Task AnswerAsync(HttpContext context, byte[] body)
    {
        Calls++;
        var request = JsonNode.Parse(body)!.AsObject();
        var call = context.Request.Headers["x-amz-target"].ToString().Split('.') is ["TrentService", var name] ? name : "";
        if (Denied.Contains(call))
        {
            await AwsServer.RefuseAsync(context, new Failure(400, "AccessDeniedException"));
            return;
        }

        var id = (string?)request["KeyId"] ?? "";
        id = Aliases.GetValueOrDefault(id, id);
        id = id[(id.LastIndexOf('/') + 1)..];
        var answer = !_keys.TryGetValue(id, out var key) ? Fail("NotFoundException")
            : Disabled.Contains(id) && call != "DescribeKey" ? Fail("DisabledException")
            : call switch
            {
                "DescribeKey" => new JsonObject
                {
                    ["KeyMetadata"] = new JsonObject
                    {
                        ["Arn"] = key.Arn, ["KeyId"] = id, ["KeyUsage"] = Usage,
                        ["KeyState"] = Disabled.Contains(id) ? "Disabled" : "Enabled", ["Enabled"] = !Disabled.Contains(id),
                    },
                },
                "Encrypt" => Encrypt(key, request),
                "Decrypt" => Decrypt(key, request),
                _ => Fail("UnknownOperationException"),
            };
        if ((string?)answer["fail"] is { } code)
        {
            await AwsServer.RefuseAsync(context, new Failure(400, code));
            return;
        }

        context.Response.ContentType = "application/x-amz-json-1.1";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private static JsonObject Fail(string code) => new() { ["fail"] = code };

    private static JsonObject Encrypt((string Arn, byte[] Key) key, JsonObject request)
    {
        var plain = Convert.FromBase64String((string)request["Plaintext"]!);
        var blob = new byte[12 + plain.Length + 16];
        RandomNumberGenerator.Fill(blob.AsSpan(0, 12));
        using var cipher = new AesGcm(key.Key, 16);
        cipher.Encrypt(blob.AsSpan(0, 12), plain, blob.AsSpan(12, plain.Length), blob.AsSpan(^16..), Context(request));
        return new JsonObject { ["CiphertextBlob"] = Convert.ToBase64String(blob), ["KeyId"] = key.Arn };
    }

    private static JsonObject Decrypt((string Arn, byte[] Key) key, JsonObject request)
    {
        var blob = Convert.FromBase64String((string)request["CiphertextBlob"]!);
        if (blob.Length < 29)
            return Fail("InvalidCiphertextException");
        var plain = new byte[blob.Length - 28];
        using var cipher = new AesGcm(key.Key, 16);
        try
        {
            cipher.Decrypt(blob.AsSpan(0, 12), blob.AsSpan(12, plain.Length), blob.AsSpan(^16..), plain, Context(request));
        }
        catch (AuthenticationTagMismatchException)
        {
            return Fail("InvalidCiphertextException");
        }

        return new JsonObject { ["Plaintext"] = Convert.ToBase64String(plain), ["KeyId"] = key.Arn };
    }

    private static byte[] Context(JsonObject request) =>
        request["EncryptionContext"] is { } context ? JsonSerializer.SerializeToUtf8Bytes(context) : [];
}
