using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Backup.Sql.Tests.Collections;

/// <summary>
/// Reads a backup with nothing but what docs/format.md says: no type of the library takes part. What this test reads,
/// another program can read.
/// </summary>
public sealed class FormatDocumentTests
{
    [Fact]
    public async Task A_backup_is_read_by_the_letter_of_the_document()
    {
        var lab = new CollectionLab { CompressionName = "brotli" };
        var rows = Enumerable.Range(0, 20_000).Select(i => LabRow.Of(i, $"value number {i}", i % 3 == 0 ? 0 : i)).ToList();
        var layer = await lab.CommitAsync(10, null, CollectionLab.TableRequest(), rows);
        var manifest = ReadManifest(await lab.GetAsync(layer.Directory + "/BACKUP_MANIFEST"));
        var space = manifest.GetProperty("spaces")[0];
        Assert.Equal("full", space.GetProperty("coverage").GetString());
        var read = new List<string>();
        UInt128 sum = 0;
        foreach (var file in space.GetProperty("files").EnumerateArray())
        {
            var bytes = await lab.GetAsync(layer.Directory + "/" + file.GetProperty("name").GetString());
            Assert.Equal(file.GetProperty("sha256").GetString(), Hex(SHA256.HashData(bytes)));
            ReadDataFile(bytes, (key, wall, value) =>
            {
                read.Add($"{Convert.ToHexString(key)} {wall} {Convert.ToHexString(value)}");
                sum += BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData([.. key, .. value]));
            });
        }

        Assert.Equal(rows.Select(row => $"{row.Key} {row.Time.WallTime} {row.Value}"), read);
        var fingerprint = space.GetProperty("fingerprint");
        Assert.Equal("state", fingerprint.GetProperty("scope").GetString());
        Assert.Equal(rows.Count, fingerprint.GetProperty("rows").GetInt64());
        Assert.Equal(sum.ToString("x32"), fingerprint.GetProperty("sum").GetString());
    }

    private static JsonElement ReadManifest(byte[] bytes)
    {
        Assert.Equal("BSQLMANI", Encoding.ASCII.GetString(bytes, 0, 8));
        Assert.Equal(1, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)));
        var envelopeLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        var bodyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16));
        Assert.Equal(bytes.Length, 20 + envelopeLength + 4 + bodyLength + 32);
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)), bytes[^32..]);
        using var envelope = JsonDocument.Parse(bytes.AsMemory(20, envelopeLength));
        Assert.Equal("brotli", envelope.RootElement.GetProperty("body_codec").GetString());
        using var body = new BrotliStream(
            new MemoryStream(bytes, 24 + envelopeLength, bodyLength), CompressionMode.Decompress);
        return JsonDocument.Parse(body).RootElement.Clone();
    }

    private static void ReadDataFile(byte[] bytes, Action<byte[], long, byte[]> take)
    {
        Assert.Equal("BSQLDATA", Encoding.ASCII.GetString(bytes, 0, 8));
        Assert.Equal(2, bytes[10]);
        Assert.Equal("BSQLTAIL", Encoding.ASCII.GetString(bytes, bytes.Length - 8, 8));
        var footer = bytes.AsSpan(..^16)[^BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 16))..];
        var at = 0;
        var offset = 48;
        var blocks = ReadNumber(footer, ref at);
        Assert.True(blocks > 0);
        for (var i = 0L; i < blocks; i++)
        {
            var stored = (int)ReadNumber(footer, ref at);
            var raw = new byte[ReadNumber(footer, ref at)];
            var rows = ReadNumber(footer, ref at);
            for (var bound = 0; bound < 2; bound++)
            {
                var length = (int)ReadNumber(footer, ref at);
                at += length;
            }

            Assert.True(BrotliDecoder.TryDecompress(bytes.AsSpan(offset + 16, stored), raw, out var written));
            Assert.Equal(raw.Length, written);
            offset += 16 + stored;
            ReadRows(raw, rows, take);
        }

        Assert.Equal(footer.Length, at);
    }

    private static void ReadRows(byte[] block, long rows, Action<byte[], long, byte[]> take)
    {
        var at = 0;
        long wall = 0;
        for (; rows > 0; rows--)
        {
            var head = ReadNumber(block, ref at);
            Assert.Equal(0, head & 1);
            if ((head & 2) != 0)
            {
                var delta = ReadNumber(block, ref at);
                wall += (delta >> 1) ^ -(delta & 1);
                Assert.Equal(0, ReadNumber(block, ref at));
            }

            var valueLength = (int)ReadNumber(block, ref at);
            var keyLength = (int)(head >> 2);
            take(block[at..(at + keyLength)], wall, block[(at + keyLength)..(at + keyLength + valueLength)]);
            at += keyLength + valueLength;
        }

        Assert.Equal(block.Length, at);
    }

    private static long ReadNumber(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var group = bytes[at++];
            value |= (long)(group & 0x7F) << shift;
            if (group < 0x80)
                return value;
        }
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
