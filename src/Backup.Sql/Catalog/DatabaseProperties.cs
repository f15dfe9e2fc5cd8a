namespace Backup.Sql.Catalog;

/// <summary>
/// What a host says of a database, for policies to choose by and for manifests to keep; the library itself reads
/// nothing into it.
/// </summary>
public sealed record DatabaseProperties
{
    /// <summary>Where it belongs, <c>organization/project</c>. Default: null, nowhere.</summary>
    public string? Scope { get; init; }

    /// <summary>Its labels. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>How it is configured, in words of the host's; no secrets. Default: nothing.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();
}
