using System.Buffers;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Stores that a host registered under a name: what the StarRocks dialect calls a broker. They are opened under schemes
/// of their own, <c>hdfs+NAME</c>, so that a location says all that is needed to open it.
/// </summary>
internal sealed class BrokerStores(string name, IObjectStoreProvider inner) : IObjectStoreProvider
{
    private const char Mark = '+';

    // What a scheme may hold.
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");

    public IReadOnlyList<string> Schemes { get; } = [.. inner.Schemes.Select(scheme => Scheme(scheme, name))];

    /// <summary>The scheme of a broker's stores.</summary>
    public static string Scheme(string scheme, string broker) => $"{scheme}{Mark}{broker.ToLowerInvariant()}";

    /// <summary>The brokers that some schemes belong to.</summary>
    public static IReadOnlyList<string> NamesIn(IEnumerable<string> schemes) =>
        [.. schemes.Where(scheme => scheme.Contains(Mark, StringComparison.Ordinal))
            .Select(scheme => scheme[(scheme.IndexOf(Mark, StringComparison.Ordinal) + 1)..])
            .Distinct(StringComparer.Ordinal)];

    /// <summary>Makes the provider of a broker.</summary>
    /// <exception cref="BackupSqlException">22023 the name cannot be a part of a scheme.</exception>
    public static BrokerStores Of(string name, IObjectStoreProvider provider) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(NameCharacters)
            ? new BrokerStores(name, provider)
            : throw Errors.InvalidBrokerName(name);

    public void Check(StoreUri uri) => inner.Check(Inner(uri));

    public ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
        inner.OpenAsync(Inner(uri), cancellationToken);

    private static StoreUri Inner(StoreUri uri) =>
        StoreUri.Parse(uri.Scheme[..uri.Scheme.IndexOf(
            Mark, StringComparison.Ordinal)] + uri.Text[uri.Scheme.Length..]);
}
