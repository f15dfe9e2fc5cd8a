using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>What is written of one space of a layer in the making.</summary>
internal sealed record SpaceCheckpoint
{
    /// <summary>The space.</summary>
    public required Space Space { get; init; }

    /// <summary>Bytes per page of a page space; 0 for a table.</summary>
    public int PageSize { get; init; }

    /// <summary>What the files say about it.</summary>
    public required SpaceCoverage Coverage { get; init; }

    /// <summary>True when the files hold every version of the layer's window.</summary>
    public bool AllVersions { get; init; }

    /// <summary>True when the parts are all there is.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<SpacePart> Parts { get; init; } = [];

    /// <summary>Tells whether all of it was exported from one snapshot.</summary>
    /// <param name="time">The snapshot's time.</param>
    /// <returns>True if so.</returns>
    public bool IsOf(HlcTimestamp time) => Parts.All(part => part.Time == time);

    /// <summary>The sum of the parts.</summary>
    /// <param name="scope">What the digests are of.</param>
    /// <returns>The space's fingerprint, if it is complete and of one snapshot.</returns>
    public SpaceFingerprint ToFingerprint(FingerprintScope scope) =>
        new(
            scope,
            Parts.Sum(part => part.Rows),
            Parts.Aggregate(UInt128.Zero, (sum, part) => unchecked(sum + part.Sum)));
}
