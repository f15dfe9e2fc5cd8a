using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Backup.Sql.Tests.Collections;

/// <summary>
/// Reads an encrypted backup with nothing but what docs/format.md says: no type of the library takes part.
/// </summary>
public sealed class SealedFormatDocumentTests
{
    private const string Passphrase = "Käse & Brot";

    [Fact]
    public async Task An_encrypted_backup_is_read_by_the_letter_of_the_document()
    {
        var lab = new CollectionLab(passphrase: Passphrase) { CompressionName = "brotli" };
        var rows = Enumerable.Range(0, 20_000).Select(i => LabRow.Of(i, $"value number {i}")).ToList();
        var layer = await lab.CommitAsync(10, null, CollectionLab.TableRequest(), rows);
        var bytes = await lab.GetAsync(layer.Directory + "/BACKUP_MANIFEST");
        var (envelope, manifest) = ReadManifest(bytes, await lab.GetAsync(layer.Directory + "/ENCRYPTION-INFO-1"));
        var read = new List<string>();
        foreach (var file in manifest.GetProperty("spaces")[0].GetProperty("files").EnumerateArray())
        {
            var name = file.GetProperty("name").GetString()!;
            var stored = await lab.GetAsync(layer.Directory + "/" + name);
            Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(stored)));
            ReadDataFile(stored, name, envelope, (key, value) => read.Add($"{Convert.ToHexString(key)} {Convert.ToHexString(value)}"));
        }

        Assert.Equal(rows.Select(row => $"{row.Key} {row.Value}"), read);
    }

    private static (Opener Opener, JsonElement Manifest) ReadManifest(byte[] bytes, byte[] keyObject)
    {
        var envelopeLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        var bodyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16));
        using var json = JsonDocument.Parse(bytes.AsMemory(20, envelopeLength));
        var envelope = json.RootElement;
        Assert.Equal("aes-256-gcm", envelope.GetProperty("body_sealing").GetString());
        Assert.False(envelope.TryGetProperty("body_sha256", out _));
        var chain = Convert.FromHexString(envelope.GetProperty("chain_id").GetString()!);
        var layer = Convert.FromHexString(envelope.GetProperty("layer_id").GetString()!);
        var key = Unwrap(keyObject, chain, envelope.GetProperty("key_check").GetBytesFromBase64());
        var opener = new Opener(key, chain, layer);
        var context = SHA256.HashData(bytes.AsSpan(0, 20 + envelopeLength));
        var body = OpenBody(opener, "BSQLMANI", "BACKUP_MANIFEST", bytes.AsSpan(24 + envelopeLength, bodyLength), context);
        using var brotli = new BrotliStream(new MemoryStream(body), CompressionMode.Decompress);
        return (opener, JsonDocument.Parse(brotli).RootElement.Clone());
    }

    private static byte[] Unwrap(byte[] keyObject, byte[] chain, byte[] check)
    {
        var line = Array.IndexOf(keyObject, (byte)'\n');
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(keyObject.AsSpan(line + 1))), Encoding.ASCII.GetString(keyObject, 0, line));
        using var json = JsonDocument.Parse(keyObject.AsMemory(line + 1));
        Assert.Equal(1, json.RootElement.GetProperty("number").GetInt32());
        Assert.Equal(check, json.RootElement.GetProperty("check").GetBytesFromBase64());
        var slot = json.RootElement.GetProperty("slots")[0];
        Assert.Equal("passphrase", slot.GetProperty("kind").GetString());
        var outer = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(Passphrase), slot.GetProperty("salt").GetBytesFromBase64(),
            slot.GetProperty("iterations").GetInt32(), HashAlgorithmName.SHA256, 32);
        var wrapped = slot.GetProperty("wrapped").GetBytesFromBase64();
        var key = new byte[32];
        using var cipher = new AesGcm(outer, 16);
        cipher.Decrypt(wrapped[..12], wrapped[12..44], wrapped[44..], key, (byte[])[.. "BSQLSLOT"u8, .. chain]);
        Assert.Equal(check, HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, null, [.. "BSQLCHCK"u8, .. chain]));
        return key;
    }

    private static byte[] OpenBody(Opener opener, string kind, string name, ReadOnlySpan<byte> stored, byte[] context)
    {
        var salt = stored[..32].ToArray();
        var rest = stored[32..].ToArray();
        var body = new List<byte>();
        for (ulong number = 0; rest.Length > 0; number++)
        {
            var length = Math.Min(65536 + 16, rest.Length);
            body.AddRange(opener.Open(kind, name, salt, number, length == rest.Length, context, rest[..length]));
            rest = rest[length..];
        }

        return [.. body];
    }

    private static void ReadDataFile(byte[] bytes, string name, Opener opener, Action<byte[], byte[]> take)
    {
        Assert.Equal("BSQLDATA", Encoding.ASCII.GetString(bytes, 0, 8));
        Assert.Equal(1, bytes[11]);
        var salt = bytes[48..80];
        var footerLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 16));
        var sealedFooter = bytes[(bytes.Length - 16 - footerLength)..^16];
        var footer = opener.Open("BSQLDATA", name, salt, ulong.MaxValue, true, [], sealedFooter);
        var at = 0;
        var offset = 80;
        var blocks = ReadNumber(footer, ref at);
        for (ulong number = 0; number < (ulong)blocks; number++)
        {
            var stored = (int)ReadNumber(footer, ref at);
            var raw = new byte[ReadNumber(footer, ref at)];
            var rows = ReadNumber(footer, ref at);
            for (var bound = 0; bound < 2; bound++)
            {
                var length = (int)ReadNumber(footer, ref at);
                at += length;
            }

            var context = bytes[offset..(offset + 12)];
            var block = opener.Open("BSQLDATA", name, salt, number, false, context, bytes[(offset + 16)..(offset + 16 + stored)]);
            Assert.True(BrotliDecoder.TryDecompress(block, raw, out var written));
            Assert.Equal(raw.Length, written);
            offset += 16 + stored;
            ReadRows(raw, rows, take);
        }

        Assert.Equal(footer.Length, at);
    }

    // No row of this backup has a time of its own or is a deletion.
    private static void ReadRows(byte[] block, long rows, Action<byte[], byte[]> take)
    {
        var at = 0;
        for (; rows > 0; rows--)
        {
            var keyLength = (int)(ReadNumber(block, ref at) >> 2);
            var valueLength = (int)ReadNumber(block, ref at);
            take(block[at..(at + keyLength)], block[(at + keyLength)..(at + keyLength + valueLength)]);
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

    private sealed record Opener(byte[] ChainKey, byte[] Chain, byte[] Layer)
    {
        public byte[] Open(string kind, string name, byte[] salt, ulong number, bool isLast, byte[] context, byte[] stored)
        {
            var nameBytes = Encoding.UTF8.GetBytes(name);
            var key = HKDF.DeriveKey(
                HashAlgorithmName.SHA256, ChainKey, 32, salt, [.. "BSQLSEAL"u8, .. Chain, .. Layer, .. nameBytes]);
            var digits = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(digits, number);
            byte[] associated =
            [
                .. Encoding.ASCII.GetBytes(kind), 1, 0, .. Chain, .. Layer, .. digits, (byte)(isLast ? 1 : 0), .. context,
                .. nameBytes,
            ];
            var plain = new byte[stored.Length - 16];
            using var cipher = new AesGcm(key, 16);
            cipher.Decrypt((byte[])[.. digits, 0, 0, 0, 0], stored[..^16], stored[^16..], plain, associated);
            return plain;
        }
    }
}
