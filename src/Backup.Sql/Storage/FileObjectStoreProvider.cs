using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Opens directories below one root: <c>file:///absolute/path</c>, which must lie at or below the root after links are
/// resolved, and <c>nodelocal://1/path</c> (or <c>self</c>), which is relative to the root.
/// </summary>
public sealed class FileObjectStoreProvider : IObjectStoreProvider
{
    private const string NodeLocal = "nodelocal";

    // What Linux allows, less what a name may take below the location.
    private const int MaxPathBytes = 4096 - ObjectName.MaxBytes;

    private readonly FileRoot _root;

    /// <summary>Makes a provider.</summary>
    /// <param name="root">
    /// The directory that nothing leaves. It is never created: a missing root may be a disk that is not mounted.
    /// </param>
    public FileObjectStoreProvider(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        _root = new FileRoot(root);
    }

    /// <summary>The root, absolute.</summary>
    public string Root => _root.Configured;

    /// <summary>Names what is written aside. Default: the operating system's random numbers.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["file", NodeLocal];

    /// <inheritdoc/>
    /// <remarks>Links are resolved for the check; nothing that is stored is read.</remarks>
    public void Check(StoreUri uri) => Resolve(uri);

    /// <inheritdoc/>
    /// <exception cref="BackupSqlException">58P01 the root does not exist.</exception>
    public ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var location = Resolve(uri);
        if (!Directory.Exists(_root.Configured))
            throw Errors.RootMissing(_root.Configured);
        return new(new FileObjectStore(_root.Resolved, location, Random));
    }

    private string Resolve(StoreUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        uri.RefuseParametersExcept();
        foreach (var part in uri.Path.Split('/'))
        {
            if (part is "." or ".." || part.Contains('\0', StringComparison.Ordinal)
                || ObjectName.BytesOf(part) is null or > ObjectName.MaxPartBytes)
                throw Errors.InvalidLocationPath(uri.ToString());
        }

        var path = uri.Scheme == NodeLocal ? NodeLocalPath(uri) : FilePath(uri);
        if (ObjectName.BytesOf(path) is null or > MaxPathBytes)
            throw Errors.InvalidLocationPath(uri.ToString());
        return _root.Resolve(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
    }

    // A single process is every node: which one is named makes no difference.
    private string NodeLocalPath(StoreUri uri)
    {
        if (uri.Host != "self" && (uri.Host.Length == 0 || uri.Host.AsSpan().ContainsAnyExceptInRange('0', '9')))
            throw Errors.NodeLocalWithoutNode();
        return Path.Join(_root.Configured, uri.Path);
    }

    private static string FilePath(StoreUri uri)
    {
        if (uri.Host is not ("" or "localhost"))
            throw Errors.FileLocationWithHost(uri.ToString(), uri.Host);
        if (uri.Path.Length == 0)
            throw Errors.InvalidLocationPath(uri.ToString());

        // Windows: /C:/backups means C:/backups.
        var path = uri.Path;
        return OperatingSystem.IsWindows() && path.Length > 2 && path[2] == ':' ? path[1..] : path;
    }
}
