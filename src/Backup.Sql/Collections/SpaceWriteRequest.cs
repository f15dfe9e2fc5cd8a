using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>How a space goes into a layer.</summary>
internal sealed record SpaceWriteRequest
{
    /// <summary>The space.</summary>
    public required Space Space { get; init; }

    /// <summary>Its shape in the snapshot.</summary>
    public required SpaceShape Shape { get; init; }

    /// <summary>The space in words, for errors, for example <c>shop.public.till</c>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What the rows to come are: all there are, or those that changed. For a page space with
    /// <see cref="SpaceCoverage.Changes"/> all pages are to come; the unchanged ones are recognised and left out.
    /// </summary>
    public required SpaceCoverage Coverage { get; init; }

    /// <summary>True when all versions of the window are to come.</summary>
    public bool AllVersions { get; init; }
}
