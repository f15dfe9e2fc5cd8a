using System.Buffers.Binary;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Format;

/// <summary>The fixed parts of a data file; docs/format.md has the bytes.</summary>
internal static class DataFileFormat
{
    public const ushort Version = 1;
    public const int HeaderBytes = 48;
    public const int BlockHeaderBytes = 16;
    public const int TrailerBytes = 16;

    /// <summary>Blocks are closed at this size; only a single row makes a larger one.</summary>
    public const int BlockBytes = 1 << 20;

    /// <summary>The largest block: a row of 1 GiB, its key and its head.</summary>
    public const int MaxBlockBytes = (1 << 30) + (1 << 20);

    // What is read at one time must fit an array together with its header or trailer.
    private const int MaxPieceBytes = int.MaxValue - (1 << 10);

    /// <summary>The longest block as stored.</summary>
    public const int MaxStoredBytes = MaxPieceBytes;

    /// <summary>Bytes at the start of a block's header that a seal authenticates with the block.</summary>
    public const int BlockContextBytes = 12;

    private const int LayerIdBytes = 16;
    private const byte Clear = 0;
    private const byte Sealed = 1;

    /// <summary>The file's first bytes.</summary>
    public static ReadOnlySpan<byte> HeaderMagic => "BSQLDATA"u8;

    private static ReadOnlySpan<byte> TrailerMagic => "BSQLTAIL"u8;

    /// <summary>Bytes before the first block.</summary>
    public static int StartOf(bool isSealed) => HeaderBytes + (isSealed ? ObjectSeal.SaltBytes : 0);

    public static void WriteHeader(Span<byte> header, byte codec, bool isSealed, string layerId, long fileId)
    {
        header[..HeaderBytes].Clear();
        HeaderMagic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], Version);
        header[10] = codec;
        header[11] = isSealed ? Sealed : Clear;
        Convert.FromHexString(layerId, header.Slice(16, LayerIdBytes), out _, out _);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], fileId);
        BinaryPrimitives.WriteUInt32LittleEndian(header[44..], Crc32C.Compute(header[..44]));
    }

    /// <summary>Checks a header and takes the codec's number out of it.</summary>
    public static byte ReadHeader(
        ReadOnlySpan<byte> header, bool isSealed, string layerId, long fileId, string path)
    {
        if (!header.StartsWith(HeaderMagic))
            throw Errors.Corrupt(path, "It does not start like a data file.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[44..]) != Crc32C.Compute(header[..44]))
            throw Errors.Corrupt(path, "The checksum of its header does not agree.");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (version > Version || header[11] > Sealed || BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != 0)
            throw Errors.NewerFormat(path, Math.Max(version, (ushort)(Version + 1)));
        if (!header.Slice(16, LayerIdBytes).SequenceEqual(Convert.FromHexString(layerId))
            || BinaryPrimitives.ReadInt64LittleEndian(header[32..]) != fileId)
            throw Errors.Corrupt(path, "It is another file than the one that the manifest lists.");
        if (header[11] == Sealed != isSealed)
            throw Errors.SealedOtherwise(path, header[11] == Sealed);
        return header[10];
    }

    /// <summary>Writes a block's header but for its checksum.</summary>
    public static void WriteBlockLengths(Span<byte> block, int storedLength, int rawLength, int rows)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block, storedLength);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], rawLength);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], rows);
    }

    /// <summary>Completes a block's header: the checksum is that of the bytes as stored.</summary>
    public static void WriteBlockChecksum(Span<byte> block, int storedLength) =>
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], BlockChecksum(block, storedLength));

    /// <summary>Tells whether a block is what the index and its checksum say.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> block, in BlockEntry entry) =>
        BinaryPrimitives.ReadInt32LittleEndian(block) == entry.StoredLength
        && BinaryPrimitives.ReadInt32LittleEndian(block[4..]) == entry.RawLength
        && BinaryPrimitives.ReadInt32LittleEndian(block[8..]) == entry.Rows
        && BinaryPrimitives.ReadUInt32LittleEndian(block[12..]) == BlockChecksum(block, entry.StoredLength);

    public static void WriteTrailer(Span<byte> trailer, ReadOnlySpan<byte> footer)
    {
        BinaryPrimitives.WriteInt32LittleEndian(trailer, footer.Length);
        var crc = Crc32C.Compute(trailer[..4], Crc32C.Compute(footer));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], crc);
        TrailerMagic.CopyTo(trailer[8..]);
    }

    /// <summary>Checks a trailer and takes the footer's length out of it.</summary>
    public static int ReadTrailer(ReadOnlySpan<byte> trailer, long fileLength, string path)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        return trailer[8..].SequenceEqual(TrailerMagic)
            && length is >= 0 and <= MaxPieceBytes && length <= fileLength - HeaderBytes - TrailerBytes
            ? length
            : throw Errors.Corrupt(path, "It does not end like a data file.");
    }

    public static void CheckFooter(ReadOnlySpan<byte> footer, ReadOnlySpan<byte> trailer, string path)
    {
        var crc = Crc32C.Compute(trailer[..4], Crc32C.Compute(footer));
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]))
            throw Errors.Corrupt(path, "The checksum of its index does not agree.");
    }

    private static uint BlockChecksum(ReadOnlySpan<byte> block, int storedLength) =>
        Crc32C.Compute(block.Slice(BlockHeaderBytes, storedLength), Crc32C.Compute(block[..12]));
}
