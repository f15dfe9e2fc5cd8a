using System.Collections.Concurrent;
using System.Globalization;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>A vault that lives as long as the process.</summary>
public sealed class MemorySecretVault : ISecretVault
{
    private const string Mark = "vault:";

    /// <summary>
    /// References outlive the process in job records: those of another one must not be taken for one's own.
    /// </summary>
    private readonly string _prefix = Mark + NewId() + "-";

    private readonly ConcurrentDictionary<string, string> _references = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _secrets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Seal(StoreUri location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return location.WithParameters((name, value) => StoreUri.IsSecret(name) ? ReferenceOf(value) : value);
    }

    /// <inheritdoc/>
    public StoreUri Open(string sealedLocation)
    {
        var location = StoreUri.Parse(sealedLocation);
        return StoreUri.Parse(location.WithParameters((name, value) => Resolve(name, value)));
    }

    private string ReferenceOf(string secret) => _references.GetOrAdd(secret, static (value, vault) =>
    {
        var reference = vault._prefix + (vault._secrets.Count + 1).ToString(CultureInfo.InvariantCulture);
        while (!vault._secrets.TryAdd(reference, value))
            reference += "'";
        return reference;
    }, this);

    private static string NewId()
    {
        var id = new byte[8];
        CryptoRandomSource.Instance.Fill(id);
        return Convert.ToHexStringLower(id);
    }

    private string Resolve(string name, string value)
    {
        if (!StoreUri.IsSecret(name) || !value.StartsWith(Mark, StringComparison.Ordinal))
            return value;
        return _secrets.TryGetValue(value, out var secret) ? secret : throw Errors.SecretNotInVault(name);
    }
}
