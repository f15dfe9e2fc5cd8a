namespace Backup.Sql.Collections;

/// <summary>What a validation came to.</summary>
internal sealed record ValidationReport
{
    /// <summary>What is wrong; nothing when all is well.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The layers whose manifests were read: all that a clean report without a sample proves.</summary>
    public required IReadOnlyList<ChainLayer> Layers { get; init; }

    /// <summary>Data files that were read; digests, which are always read, do not count.</summary>
    public required int FilesRead { get; init; }

    /// <summary>Data files that the manifests list.</summary>
    public required int FilesListed { get; init; }
}
