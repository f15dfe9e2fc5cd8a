using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backup.Sql.Collections.Format;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>
/// Takes the objects of a collection apart, lets something be changed inside, and puts their checksums right, so that what
/// lies behind the checksums is reached.
/// </summary>
internal sealed class Repacker(Random random, JsonMutator json)
{
    private const int HeaderBytes = 20;

    /// <summary>Where the blocks of data files begin: behind the salt in sealed ones.</summary>
    public int BlocksStart { get; init; } = 48;

    /// <summary>Changes an object by what its name says it is.</summary>
    public byte[] Change(string name, byte[] bytes) => name switch
    {
        _ when random.Next(25) == 0 => Raw(bytes),
        _ when name.EndsWith("/BACKUP_MANIFEST", StringComparison.Ordinal) => IsSealed(bytes) ? SealedManifest(bytes) : Manifest(bytes),
        _ when name.Contains("/data/", StringComparison.Ordinal) => DataFile(bytes),
        _ when name.StartsWith("metadata/notes/", StringComparison.Ordinal)
            || name.StartsWith("metadata/dropped/", StringComparison.Ordinal)
            || name.Contains("/ENCRYPTION-INFO-", StringComparison.Ordinal) => Note(bytes),
        _ when name.StartsWith("metadata/snapshots/", StringComparison.Ordinal) => Encoding.UTF8.GetBytes(Mutated(bytes)),
        _ => Raw(bytes),
    };

    /// <summary>A manifest's envelope and body.</summary>
    public static (JsonNode Envelope, JsonNode Body) Open(byte[] bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        var envelope = JsonNode.Parse(bytes.AsSpan(HeaderBytes, length))!;
        var body = bytes.AsSpan(HeaderBytes + length + 4, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)));
        return (envelope, JsonNode.Parse(BrotliBody.Decompress(body, (int)envelope["body_raw_length"]!, "m"))!);
    }

    /// <summary>A manifest out of its parts.</summary>
    /// <param name="envelope">Its envelope; length and hash of the body are put right.</param>
    /// <param name="body">Its body.</param>
    /// <param name="claimed">The length that the body is said to have decompressed; null for the true one.</param>
    public static byte[] Close(JsonNode envelope, string body, int? claimed = null)
    {
        var raw = Encoding.UTF8.GetBytes(body);
        var packed = BrotliBody.Compress(raw);
        if (envelope is JsonObject members)
        {
            members["body_length"] = packed.Length;
            members["body_raw_length"] = claimed ?? raw.Length;
            members["body_sha256"] = Convert.ToHexStringLower(SHA256.HashData(packed));
        }

        return Pack(envelope, packed);
    }

    private static byte[] Pack(JsonNode envelope, byte[] packed)
    {
        var head = Encoding.UTF8.GetBytes(envelope.ToJsonString());
        var bytes = new byte[HeaderBytes + head.Length + 4 + packed.Length + 32];
        "BSQLMANI"u8.CopyTo(bytes);
        bytes[8] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), head.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), packed.Length);
        head.CopyTo(bytes, HeaderBytes);
        var end = HeaderBytes + head.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(end), Crc32C.Compute(bytes.AsSpan(0, end)));
        packed.CopyTo(bytes, end + 4);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    private byte[] Manifest(byte[] bytes)
    {
        var (envelope, body) = Open(bytes);
        if (random.Next(4) == 0)
        {
            envelope = Mutated(envelope);
        }
        else
        {
            body = Mutated(body);

            // What both say stays the same in both, or the contradiction would be all that is ever found.
            if (body is JsonObject said && envelope is JsonObject head && random.Next(8) != 0)
            {
                foreach (var name in new[] { "layer_id", "chain_id", "parent_layer_id", "kind", "start", "end", "cluster_id" })
                {
                    if (said.TryGetPropertyValue(name, out var value))
                        head[name] = value?.DeepClone();
                    else
                        head.Remove(name);
                }
            }
        }

        return Close(envelope, body.ToJsonString());
    }

    private static bool IsSealed(byte[] bytes) =>
        Encoding.Latin1.GetString(bytes).Contains("\"body_sealing\":", StringComparison.Ordinal)
        && !Encoding.Latin1.GetString(bytes).Contains("\"body_sealing\":\"none\"", StringComparison.Ordinal);

    // The envelope says what it likes, of a body that nobody can change without being found out; or the body is changed.
    private byte[] SealedManifest(byte[] bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        var envelope = JsonNode.Parse(bytes.AsSpan(HeaderBytes, length))!;
        var body = bytes.AsSpan(HeaderBytes + length + 4, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16))).ToArray();
        if (random.Next(3) == 0)
        {
            body = Raw(body);
            envelope["body_length"] = body.Length;
        }
        else
        {
            envelope = Mutated(envelope);
        }

        return Pack(envelope, body);
    }

    private byte[] Note(byte[] bytes)
    {
        var text = Encoding.UTF8.GetBytes(Mutated(bytes.AsSpan(65)));
        return [.. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(text))), (byte)'\n', .. text];
    }

    private string Mutated(ReadOnlySpan<byte> bytes) => Mutated(JsonNode.Parse(bytes)!).ToJsonString();

    private JsonNode Mutated(JsonNode node)
    {
        for (var changes = random.Next(3) == 0 ? 3 : 1; changes > 0; changes--)
            node = json.Mutate(node);
        return node;
    }

    // A byte of a block or of the index; CRCs of all blocks, index and header are computed anew.
    private byte[] DataFile(byte[] bytes)
    {
        var forged = bytes.ToArray();
        var footerLength = BinaryPrimitives.ReadInt32LittleEndian(forged.AsSpan(forged.Length - 16));
        var footer = forged.Length - 16 - footerLength;
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var place = random.Next(3) == 0 ? random.Next(footer, forged.Length - 16) : random.Next(8, footer);
            forged[place] = random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) };
        }

        BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(44), Crc32C.Compute(forged.AsSpan(0, 44)));
        for (var at = BlocksStart; at + 16 <= footer;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            var block = forged.AsSpan(at, 16 + length);
            BinaryPrimitives.WriteUInt32LittleEndian(block[12..], Crc32C.Compute(block[16..], Crc32C.Compute(block[..12])));
            at += 16 + length;
        }

        DataFileFormat.WriteTrailer(forged.AsSpan(forged.Length - 16), forged.AsSpan(footer, footerLength));
        return forged;
    }

    private byte[] Raw(byte[] bytes)
    {
        var changed = bytes.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return changed[..random.Next(changed.Length + 1)];
            case 1:
                return Encoding.UTF8.GetBytes(new[] { "..", "../outer/prey", "metadata", "\0", "/", "x" }[random.Next(6)]);
            case 2:
                random.NextBytes(changed);
                return changed;
            default:
                changed[random.Next(Math.Max(1, changed.Length - 1))] ^= (byte)(1 << random.Next(8));
                return changed;
        }
    }
}
