namespace Backup.Sql.Collections.Format;

/// <summary>What a data file's index says of a block.</summary>
/// <param name="Number">Its place in the file, from 0.</param>
/// <param name="Offset">Where the block's header starts.</param>
/// <param name="StoredLength">Bytes after the header.</param>
/// <param name="RawLength">Bytes before compression.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="FirstKey">No key is less; see <see cref="KeyBounds"/>.</param>
/// <param name="LastKey">No key is greater.</param>
internal readonly record struct BlockEntry(
    int Number, long Offset, int StoredLength, int RawLength, int Rows, byte[] FirstKey, byte[] LastKey);
