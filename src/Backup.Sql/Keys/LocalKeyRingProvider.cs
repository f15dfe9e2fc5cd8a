using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Keys;

/// <summary>
/// Opens keys of files below one directory: <c>local-kms:///path?key=id</c>, where the path counts from that directory
/// and cannot leave it. <see cref="LocalKeyRing"/> makes such files.
/// </summary>
public sealed class LocalKeyRingProvider : IKeyManagementProvider
{
    private readonly FileRoot _root;

    /// <summary>Makes a provider.</summary>
    /// <param name="root">The directory of the files. It is never created.</param>
    public LocalKeyRingProvider(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        _root = new FileRoot(root);
    }

    /// <summary>Where nonces come from. Default: the operating system, the only good choice but in tests.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["local-kms"];

    /// <inheritdoc/>
    /// <remarks>Links are resolved for the check; the file is not read.</remarks>
    public void Check(StoreUri uri) => Resolve(uri);

    /// <inheritdoc/>
    public ValueTask<IKeyManagementService> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (path, id) = Resolve(uri);
        return new(new LocalKeyRing(path) { Random = Random }.Open(id));
    }

    private (string Path, string Id) Resolve(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        uri.RefuseParametersExcept("key");
        if (uri.Parameters.GetValueOrDefault("key") is not { Length: > 0 } id)
            throw Errors.KeyParameterMissing("key", uri.Scheme);
        if (uri.Path.Split('/').Any(part => part is "." or ".."))
            throw Errors.InvalidLocationPath(uri.ToString());
        return (_root.Resolve(Path.GetFullPath(Path.Join(_root.Configured, uri.Path))), id);
    }
}
