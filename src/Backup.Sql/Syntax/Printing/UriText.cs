using Backup.Sql.Diagnostics;

namespace Backup.Sql.Syntax;

/// <summary>Takes the secrets out of locations.</summary>
internal static class UriText
{
    private const string Redacted = "redacted";

    private static readonly string[] _keySchemes = ["aws", "aws-kms", "gcp-kms", "azure-kms", "local-kms"];

    /// <summary>Replaces secret parameters, the password of a user and, for a key, the path.</summary>
    /// <param name="uri">The location.</param>
    /// <param name="isKey">True when it is known to name a key; some schemes tell it by themselves.</param>
    public static string Redact(string uri, bool isKey)
    {
        var queryAt = uri.IndexOf('?');
        var address = queryAt < 0 ? uri : uri[..queryAt];
        address = Address(WithoutPassword(address), isKey);
        return queryAt < 0
            ? address
            : $"{address}?{string.Join('&', uri[(queryAt + 1)..].Split('&').Select(Parameter))}";
    }

    /// <summary>Replaces the password of a user alone.</summary>
    /// <param name="uri">The location.</param>
    public static string WithoutPassword(string uri)
    {
        var start = uri.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3)
            return uri;
        var end = uri.AsSpan(start).IndexOfAny('/', '?', '#');
        var authority = end < 0 ? uri[start..] : uri[start..(start + end)];
        var user = authority.LastIndexOf('@');
        var password = user < 0 ? -1 : authority.IndexOf(':', 0, user);
        return password < 0
            ? uri
            : $"{uri[..start]}{authority[..password]}:{Redacted}{authority[user..]}{uri[(start + authority.Length)..]}";
    }

    private static string Address(string address, bool isKey)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || !(isKey || Array.Exists(_keySchemes, s => address.AsSpan(0, scheme).Equals(s, Ignoring))))
            return address;
        var path = address.IndexOf('/', scheme + 3);
        return path < 0 ? address : $"{address[..path]}/{Redacted}";
    }

    private static string Parameter(string parameter)
    {
        var at = parameter.IndexOf('=');
        if (at < 0)
            return parameter;
        var name = Uri.UnescapeDataString(parameter[..at]);
        return SecretNames.Includes(name) ? $"{parameter[..at]}={Redacted}" : parameter;
    }

    private const StringComparison Ignoring = StringComparison.OrdinalIgnoreCase;
}
