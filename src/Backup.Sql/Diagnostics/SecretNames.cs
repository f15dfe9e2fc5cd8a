namespace Backup.Sql.Diagnostics;

/// <summary>Tells by the name of a location's parameter or a property whether its value is a secret.</summary>
internal static class SecretNames
{
    // Beside those of the clouds, all that is called so: a host's own store may take any, and properties that no scheme
    // has a name of its own for are passed on as they are.
    private static readonly string[] Endings =
    [
        "credentials", "password", "passphrase", "secret", "token", "secret_key", "secret.key", "access_key",
        "access.key", "account_key", "shared_key", "session_token",
    ];

    // Secrets that are often given, for their misspellings, and their neighbours, which are not misspelt secrets.
    private static readonly string[] Known =
    [
        "CREDENTIALS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_ACCOUNT_NAME",
        "AZURE_ACCOUNT_KEY", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET",
    ];

    /// <summary>True for keys, tokens, passwords, credentials, and for what is nearly called so.</summary>
    public static bool Includes(string name) =>
        IsCalledSecret(name)
        || (NearestName.Find(name, Known) is { } meant && IsCalledSecret(meant));

    private static bool IsCalledSecret(string name) =>
        Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
