using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4): one instruction per eight bytes on today's processors.
/// </summary>
internal static class Crc32C
{
    /// <summary>Computes the checksum of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="previous">The checksum of the bytes before them; 0 for none.</param>
    /// <returns>The checksum.</returns>
    public static uint Compute(ReadOnlySpan<byte> bytes, uint previous = 0)
    {
        var crc = ~previous;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            var ordered = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
            crc = BitOperations.Crc32C(crc, ordered);
        }

        foreach (var rest in bytes[(bytes.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
