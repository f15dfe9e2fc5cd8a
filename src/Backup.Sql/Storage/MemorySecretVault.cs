using System.Collections.Concurrent;
using System.Globalization;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>A vault that lives as long as the process.</summary>
public sealed class MemorySecretVault : ISecretVault
{
    private const string Mark = "vault:";

    /// <summary>A reference that no vault resolves, in the place of a secret that was left out.</summary>
    internal const string LeftOut = Mark + "left-out";

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
        return location.WithSecrets((_, secret) => ReferenceOf(secret));
    }

    /// <inheritdoc/>
    public StoreUri Open(string sealedLocation) =>
        StoreUri.Parse(StoreUri.Parse(sealedLocation).WithSecrets(Resolve));

    /// <summary>Tells whether a text is the reference of a vault in memory, this one or another.</summary>
    internal static bool IsReference(string text) => text.StartsWith(Mark, StringComparison.Ordinal);

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
        if (!IsReference(value))
            return value;
        return _secrets.TryGetValue(value, out var secret) ? secret : throw Errors.SecretNotInVault(name);
    }
}
