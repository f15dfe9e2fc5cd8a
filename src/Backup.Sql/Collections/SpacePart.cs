using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>A part of a space that is written: the export of one span, with the files that hold it.</summary>
internal sealed record SpacePart
{
    /// <summary>First key of the span, included; empty for no bound.</summary>
    public required ReadOnlyMemory<byte> FirstKey { get; init; }

    /// <summary>The key after the span's last, left out; empty for no bound.</summary>
    public required ReadOnlyMemory<byte> EndKey { get; init; }

    /// <summary>The time of the snapshot that it was exported from.</summary>
    public required HlcTimestamp Time { get; init; }

    /// <summary>Rows of the span, written or recognised as unchanged.</summary>
    public required long Rows { get; init; }

    /// <summary>The sum of their digests.</summary>
    public required UInt128 Sum { get; init; }

    /// <summary>The data files.</summary>
    public IReadOnlyList<DataFileEntry> Files { get; init; } = [];

    /// <summary>Of page spaces: the digest files.</summary>
    public IReadOnlyList<DataFileEntry> DigestFiles { get; init; } = [];

    /// <summary>The span.</summary>
    /// <returns>The keys.</returns>
    public KeySpan ToSpan() => new(FirstKey, EndKey);
}
