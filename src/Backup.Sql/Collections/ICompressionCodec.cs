namespace Backup.Sql.Collections;

/// <summary>
/// Compresses the blocks of data files. Every file names the codec that it was written with; a file whose codec is not
/// registered is refused when it is opened. All members may be called concurrently.
/// </summary>
public interface ICompressionCodec
{
    /// <summary>The codec's name, lower case, as the option <c>compression</c> takes it.</summary>
    string Name { get; }

    /// <summary>
    /// The codec's number in data files: 0 to 127 are the library's, 128 to 255 are free for hosts. Never reused.
    /// </summary>
    byte Id { get; }

    /// <summary>The lowest level, which is the fastest.</summary>
    int MinLevel { get; }

    /// <summary>The highest level, which is the slowest.</summary>
    int MaxLevel { get; }

    /// <summary>The level used when none is asked for.</summary>
    int DefaultLevel { get; }

    /// <summary>The most bytes that a block can take compressed.</summary>
    /// <param name="length">Bytes before compression.</param>
    /// <returns>Bytes to provide to <see cref="Compress"/>.</returns>
    int GetMaxCompressedLength(int length);

    /// <summary>Compresses a block.</summary>
    /// <param name="source">The block.</param>
    /// <param name="destination">At least <see cref="GetMaxCompressedLength"/> bytes.</param>
    /// <param name="level">From <see cref="MinLevel"/> to <see cref="MaxLevel"/>.</param>
    /// <returns>Bytes written to <paramref name="destination"/>.</returns>
    int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level);

    /// <summary>Restores a block. Must withstand hostile bytes: it writes nothing outside the destination.</summary>
    /// <param name="source">The compressed block.</param>
    /// <param name="destination">Exactly the block's size.</param>
    /// <returns>False if the bytes do not decompress to exactly that size.</returns>
    bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination);
}
