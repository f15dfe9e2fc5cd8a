using System.Buffers;

namespace Backup.Sql.Collections.Format;

/// <summary>A block that was read and not yet decompressed.</summary>
/// <param name="File">Its file.</param>
/// <param name="Entry">What the index says of it.</param>
/// <param name="Buffer">Its bytes, in a buffer from the shared pool.</param>
internal sealed record StoredBlock(OpenDataFile File, BlockEntry Entry, byte[] Buffer)
{
    /// <summary>Gives the buffer back.</summary>
    public void Release() => ArrayPool<byte>.Shared.Return(Buffer);
}
