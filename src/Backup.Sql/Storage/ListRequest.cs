namespace Backup.Sql.Storage;

/// <summary>What to list.</summary>
public sealed record ListRequest
{
    /// <summary>Only names that start with this. Default: all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Only entries, objects and common prefixes alike, after this one in byte order: the last entry of a listing
    /// continues it. Default: from the first.
    /// </summary>
    public string? StartAfter { get; init; }

    /// <summary>
    /// Names that hold this text after the prefix are folded into one entry that ends with it, so that what lies below
    /// is not walked through. Default: no folding. The usual value is <c>/</c>; CockroachDB's collections use
    /// <c>data/</c>.
    /// </summary>
    public string? Delimiter { get; init; }
}
