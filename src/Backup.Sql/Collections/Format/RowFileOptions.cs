namespace Backup.Sql.Collections.Format;

/// <summary>How rows are put into data files.</summary>
internal sealed record RowFileOptions
{
    /// <summary>The space in words, for errors.</summary>
    public required string SpaceName { get; init; }

    /// <summary>Codec and level of the blocks.</summary>
    public required BlockCompression Compression { get; init; }

    /// <summary>Stored bytes after which a file ends.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes after which a block ends.</summary>
    public int BlockBytes { get; init; } = DataFileFormat.BlockBytes;

    /// <summary>The locality whose location the files go to; null for the default one.</summary>
    public string? Locality { get; init; }

    /// <summary>Called before <see cref="RowFileWriter.Buffer"/> gives up the rows it holds.</summary>
    public Action? BufferMoves { get; init; }
}
