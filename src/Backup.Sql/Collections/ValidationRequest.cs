namespace Backup.Sql.Collections;

/// <summary>What is to be validated, and how.</summary>
internal sealed record ValidationRequest
{
    /// <summary>Sub-directory of the full backup.</summary>
    public required string Subdirectory { get; init; }

    /// <summary>
    /// The share of data files to read, above 0 and up to 1, drawn anew each time; at least one file. A space that is
    /// not read whole has its fingerprint left unchecked.
    /// </summary>
    public double Sample { get; init; } = 1;

    /// <summary>How many files are read at a time; each takes a few MiB.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>The layers that ought to be there as far as anybody outside the collection knows.</summary>
    public IReadOnlyList<KnownLayer> Known { get; init; } = [];

    /// <summary>Hears how far the validation is; null for nobody.</summary>
    public IValidationListener? Listener { get; init; }
}
