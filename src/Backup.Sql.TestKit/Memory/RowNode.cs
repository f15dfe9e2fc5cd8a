using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>One version of a row; a value of null is its deletion.</summary>
internal sealed class RowNode(CommitStamp stamp, byte[]? value, RowNode? older)
{
    public HlcTimestamp At => stamp.At;

    public byte[]? Value => value;

    public RowNode? Older { get; set; } = older;

    /// <summary>The newest version, this one or older, that a reader of a time sees.</summary>
    public static RowNode? Visible(RowNode? newest, HlcTimestamp at)
    {
        while (newest is not null && newest.At > at)
            newest = newest.Older;
        return newest;
    }
}
