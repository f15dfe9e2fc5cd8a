using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>A location of scheme <c>aws</c> or <c>aws-kms</c>, taken apart and checked.</summary>
internal sealed record KmsKey
{
    private const string KeyMark = ":key/";

    private static readonly string[] Parameters =
    [
        "AUTH", "REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT",
        "ASSUME_ROLE",
    ];

    private KmsKey()
    {
    }

    /// <summary>What the location calls the key: an id, an ARN, or <c>alias/…</c>.</summary>
    public required string Name { get; init; }

    public required AwsAccess Access { get; init; }

    /// <summary>The name is the key's whole ARN, so that nobody need be asked for it.</summary>
    public bool IsArn => Name.StartsWith("arn:", StringComparison.Ordinal) && Name.Contains(KeyMark, StringComparison.Ordinal);

    public static KmsKey Parse(StoreUri uri)
    {
        uri.RefuseParametersExcept(Parameters);
        var name = uri.Path.Trim('/');
        if (name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw KmsErrors.InvalidKey();
        return new KmsKey
        {
            Name = name,
            Access = AwsAccess.Parse(
                uri, AwsAccess.Value(uri, "REGION") ?? RegionOf(name) ?? throw AwsErrors.MissingParameter("REGION")),
        };
    }

    /// <summary>
    /// Names a key for good. Copies of one key in several regions have one id, which starts with <c>mrk-</c>, and open
    /// what another of them wrapped: what they are called leaves the region out.
    /// </summary>
    /// <param name="arn"><c>arn:partition:kms:region:account:key/id</c>.</param>
    public static string IdOf(string arn)
    {
        var parts = arn.Split(':');
        if (parts.Length == 6 && parts[5].StartsWith("key/mrk-", StringComparison.Ordinal))
            parts[3] = "";
        return string.Join(':', parts);
    }

    // arn:partition:kms:region:account:what
    private static string? RegionOf(string name) => name.Split(':') is ["arn", _, "kms", { Length: > 0 } region, ..]
        ? region
        : null;
}
