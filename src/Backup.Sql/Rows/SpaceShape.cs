namespace Backup.Sql.Rows;

/// <summary>The shape of a space inside a snapshot.</summary>
public sealed record SpaceShape
{
    /// <summary>True when exports give keys in ascending byte order; else the reader sorts.</summary>
    public bool Ordered { get; init; } = true;

    /// <summary>
    /// True when a key identifies the same row in every snapshot. False (a table without a key) means that the whole
    /// table is written again whenever it changed.
    /// </summary>
    public bool StableKeys { get; init; } = true;

    /// <summary>Bytes per page of a page space; 0 for a table.</summary>
    public int PageSize { get; init; }

    /// <summary>Pages of a page space: exact; 0 for a table.</summary>
    public long PageCount { get; init; }

    /// <summary>Rows of a table: an estimate.</summary>
    public long EstimatedRows { get; init; }

    /// <summary>Bytes before compression: an estimate.</summary>
    public long EstimatedBytes { get; init; }
}
