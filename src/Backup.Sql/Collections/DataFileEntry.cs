namespace Backup.Sql.Collections;

/// <summary>What a manifest says of a data file.</summary>
internal sealed record DataFileEntry
{
    /// <summary>The object's name below the layer's directory.</summary>
    public required string Name { get; init; }

    /// <summary>The file's number in its layer, which its header repeats.</summary>
    public required long Id { get; init; }

    /// <summary>Bytes as stored.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the bytes as stored, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Rows, deletions and older versions included.</summary>
    public required long Rows { get; init; }

    /// <summary>Bytes of the blocks before compression.</summary>
    public required long RawBytes { get; init; }

    /// <summary>No key is less than this; the first key itself unless that is long.</summary>
    public required ReadOnlyMemory<byte> FirstKey { get; init; }

    /// <summary>No key is greater than this; the last key itself unless that is long.</summary>
    public required ReadOnlyMemory<byte> LastKey { get; init; }

    /// <summary>Name of the codec, for people: the file's header decides.</summary>
    public required string Codec { get; init; }

    /// <summary>The locality whose location the file lies at; null for the default one.</summary>
    public string? Locality { get; init; }

    /// <summary>
    /// The order of files in a manifest: by first key; files that start alike in the order of their ids.
    /// </summary>
    /// <param name="left">One file.</param>
    /// <param name="right">The other file.</param>
    /// <returns>Less than, equal to or greater than 0.</returns>
    public static int CompareByKey(DataFileEntry left, DataFileEntry right)
    {
        var byKey = left.FirstKey.Span.SequenceCompareTo(right.FirstKey.Span);
        return byKey != 0 ? byKey : left.Id.CompareTo(right.Id);
    }
}
