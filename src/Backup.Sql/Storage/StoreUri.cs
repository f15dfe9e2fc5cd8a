using System.Buffers;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// A location as a statement names it: <c>scheme://host/path?PARAMETER=value</c>. The path and the values are decoded.
/// </summary>
public sealed class StoreUri
{
    private const string NamedScheme = "external";

    private const string LocalityParameter = "COCKROACH_LOCALITY";

    // What an error may call by its name. Other names may be the rest of a secret that was not percent-encoded.
    private static readonly string[] CommonParameters =
    [
        LocalityParameter, "AUTH", "CREDENTIALS", "ASSUME_ROLE", "REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT", "AWS_USE_PATH_STYLE", "AWS_SKIP_CHECKSUM",
        "AWS_SERVER_ENC_MODE", "AWS_SERVER_KMS_ID", "S3_STORAGE_CLASS", "AZURE_ACCOUNT_NAME", "AZURE_ACCOUNT_KEY",
        "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZURE_ENVIRONMENT", "AZURE_VAULT_NAME",
    ];

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private StoreUri(
        string text, string scheme, string host, string path, IReadOnlyDictionary<string, string> parameters)
    {
        Text = text;
        Scheme = scheme;
        Host = host;
        Path = path;
        Parameters = parameters;
    }

    /// <summary>The text as given, with whatever secrets it holds: never print it.</summary>
    public string Text { get; }

    /// <summary>The scheme, lower case.</summary>
    public string Scheme { get; }

    /// <summary>What stands between <c>://</c> and the next slash, user information left out; may be empty.</summary>
    public string Host { get; }

    /// <summary>The decoded path with its leading slash; empty when there is none.</summary>
    public string Path { get; }

    /// <summary>The decoded parameters; names compare exactly.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>True where the host is the name of an external connection.</summary>
    internal bool IsNamed => Scheme == NamedScheme;

    /// <summary>
    /// True where the location is reached with what the machine may do rather than with what the statement gives: local
    /// files, credentials of the machine, an endpoint of somebody's choice.
    /// </summary>
    internal bool NeedsImplicitAccess =>
        Scheme is "file" or "nodelocal" or "local-kms"
        || Parameters.ContainsKey("AWS_ENDPOINT")
        || (Parameters.TryGetValue("AUTH", out var auth) && auth == "implicit");

    /// <summary>The locality that the location is for; null where it does not say.</summary>
    internal string? Locality => Parameters.GetValueOrDefault(LocalityParameter);

    /// <summary>Takes a location apart.</summary>
    /// <param name="text">The location.</param>
    /// <returns>Its parts.</returns>
    /// <exception cref="BackupSqlException">22023 when the text is no location or names a parameter twice.</exception>
    public static StoreUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0 || text.AsSpan(0, schemeEnd).ContainsAnyExcept(SchemeCharacters))
            throw Errors.LocationWithoutScheme();
        var rest = text.AsSpan(schemeEnd + 3);
        var query = rest.IndexOf('?');
        var parameters = query < 0 ? [] : ParseParameters(rest[(query + 1)..]);
        if (query >= 0)
            rest = rest[..query];
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "" : Decode(rest[slash..]);
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        if (!IsHost(host))
            throw Errors.InvalidLocationHost();
        return new StoreUri(text, text[..schemeEnd].ToLowerInvariant(), Decode(host), path, parameters);
    }

    /// <summary>Tells whether a parameter's value must never be shown or stored.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <returns>True for keys, tokens and credentials, and for what is nearly called like one of them.</returns>
    public static bool IsSecret(string parameter) => SecretNames.Includes(parameter);

    /// <summary>
    /// The location's text with other texts for its secrets: the parameters that are some, and the password before the
    /// host.
    /// </summary>
    /// <param name="change">Gives the new text for a name and the decoded secret.</param>
    /// <returns>The text; the same as <see cref="Text"/> when it holds no secret.</returns>
    internal string WithSecrets(Func<string, string, string> change)
    {
        var queryStart = Text.IndexOf('?', StringComparison.Ordinal);
        var front = WithPassword(queryStart < 0 ? Text : Text[..queryStart], change);
        if (!Parameters.Keys.Any(IsSecret))
            return queryStart < 0 ? front : front + Text[queryStart..];
        var query = Parameters.Select(pair => Uri.EscapeDataString(pair.Key) + "="
            + Uri.EscapeDataString(IsSecret(pair.Key) ? change(pair.Key, pair.Value) : pair.Value));
        return front + "?" + string.Join('&', query);
    }

    /// <summary>The location of a path below this one; its parameters stay.</summary>
    /// <param name="path">The decoded path, with or without slashes around it; empty for this location itself.</param>
    /// <returns>The location.</returns>
    /// <exception cref="BackupSqlException">22023 the path would lead out again.</exception>
    internal StoreUri Below(string path)
    {
        path = path.Trim('/');
        if (path.Length == 0)
            return this;
        var parts = path.Split('/');
        if (parts.Any(part => part is "" or "." or ".."))
            throw Errors.InvalidLocationPath(path);
        var query = Text.IndexOf('?', StringComparison.Ordinal);
        var address = query < 0 ? Text : Text[..query];
        return Parse(
            address.TrimEnd('/') + "/" + string.Join('/', parts.Select(Uri.EscapeDataString))
                + (query < 0 ? "" : Text[query..]));
    }

    /// <summary>
    /// Refuses parameters that the scheme does not know. <c>COCKROACH_LOCALITY</c> may stand in every location.
    /// </summary>
    /// <param name="known">The names that the scheme knows.</param>
    /// <exception cref="BackupSqlException">22023 with the name that is not known.</exception>
    public void RefuseParametersExcept(params ReadOnlySpan<string> known)
    {
        foreach (var name in Parameters.Keys)
        {
            if (name != LocalityParameter && !known.Contains(name))
                throw Errors.UnknownLocationParameter(Shown(name, known), Scheme, known.ToArray());
        }
    }

    /// <summary>Scheme, host and path, without parameters and user information: safe to print.</summary>
    /// <returns>The location without its secrets.</returns>
    public override string ToString() => $"{Scheme}://{Host}{Path}";

    private static string WithPassword(string front, Func<string, string, string> change)
    {
        var start = front.IndexOf("://", StringComparison.Ordinal) + 3;
        var slash = front.IndexOf('/', start);
        var at = front.LastIndexOf('@', (slash < 0 ? front.Length : slash) - 1);
        var colon = front.IndexOf(':', start);
        if (at < start || colon < 0 || colon > at)
            return front;
        var password = Uri.EscapeDataString(change("password", Decode(front.AsSpan(colon + 1, at - colon - 1))));
        return string.Concat(front.AsSpan(0, colon + 1), password, front.AsSpan(at));
    }

    private static Dictionary<string, string> ParseParameters(ReadOnlySpan<char> query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            if (pair.IsEmpty)
                continue;
            var equals = pair.IndexOf('=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (!parameters.TryAdd(name, value))
                throw Errors.DuplicateLocationParameter(Shown(name, []));
        }

        return parameters;
    }

    // A password that holds a slash ends the host early, and would be taken for a part of it.
    private static bool IsHost(ReadOnlySpan<char> host)
    {
        var port = host.IndexOf(':');
        return port < 0 || host.StartsWith('[') || !host[(port + 1)..].ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>A parameter's name if it can only be one, or is nearly one; null otherwise.</summary>
    private static string? Shown(string name, ReadOnlySpan<string> known) =>
        NearestName.Find(name, [.. known, .. CommonParameters]) is null ? null : name;

    private static string Decode(ReadOnlySpan<char> text)
    {
        var decoded = Uri.UnescapeDataString(text);
        return decoded.Contains('\0', StringComparison.Ordinal) ? throw Errors.LocationWithNul() : decoded;
    }
}
