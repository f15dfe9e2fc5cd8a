using System.Buffers;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Format;

/// <summary>A data file whose index was read.</summary>
/// <param name="File">The file.</param>
/// <param name="Index">Its index.</param>
/// <param name="Codec">Its codec.</param>
/// <param name="Seal">Its seal; null where it is not sealed.</param>
internal sealed record OpenDataFile(DataFile File, DataFileIndex Index, ICompressionCodec Codec, ObjectSeal? Seal)
{
    /// <summary>Reads a block as stored, header included.</summary>
    /// <param name="block">Its place in the index.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The block in a buffer from the shared pool.</returns>
    public async Task<StoredBlock> ReadAsync(int block, CancellationToken cancellationToken)
    {
        var entry = Index.Blocks[block];
        var length = DataFileFormat.BlockHeaderBytes + entry.StoredLength;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await File.Store.ReadAsync(File.Path, entry.Offset, buffer.AsMemory(0, length), cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }

        return new StoredBlock(this, entry, buffer);
    }

    /// <summary>Checks, opens and decompresses a block.</summary>
    /// <param name="stored">The block with its header; a sealed one is opened in place.</param>
    /// <param name="entry">What the index says of it.</param>
    /// <param name="raw">At least its raw length; the rest is left alone.</param>
    public void Decode(Span<byte> stored, in BlockEntry entry, Span<byte> raw)
    {
        if (!DataFileFormat.IsIntact(stored, entry))
            throw Errors.Corrupt(File.Path, $"The checksum of the block at byte {entry.Offset} does not agree.");
        var payload = stored.Slice(DataFileFormat.BlockHeaderBytes, entry.StoredLength);
        if (Seal is not null)
            payload = Open(Seal, stored, payload, entry.Number, entry.Offset);
        if (!Codec.TryDecompress(payload, raw[..entry.RawLength]))
            throw Errors.Corrupt(File.Path, $"The block at byte {entry.Offset} does not decompress.");
    }

    private Span<byte> Open(ObjectSeal seal, Span<byte> stored, Span<byte> payload, int number, long offset)
    {
        var length = payload.Length - ObjectSeal.TagBytes;
        return length >= 0
            && seal.TryOpen(
                new((ulong)number, false), stored[..DataFileFormat.BlockContextBytes], payload[..length],
                payload[length..])
                ? payload[..length]
                : throw Errors.Undecryptable(
                    File.Path, $"The block at byte {offset} is not the one that was sealed in its place.");
    }
}
