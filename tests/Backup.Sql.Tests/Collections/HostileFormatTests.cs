using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Compression;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Collections;

/// <summary>Objects made so that a reader would allocate, loop or fail in a way of its own, their checksums right.</summary>
public sealed class HostileFormatTests
{
    private const long Little = 8 << 20;
    private static readonly string Id = new('a', 32);

    public static TheoryData<string, string> ImpossibleManifests => new()
    {
        { "layer_id", "\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\"" },
        { "layer_id", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" },
        { "layer_id", "\"x\"" },
        { "chain_id", "\"../../../../../../../../../../xx\"" },
        { "kind", "7" },
        { "end", "\"-5.0000000000\"" },
        { "localities", "[null]" },
        { "labels", "[null]" },
        { "complete_databases", "[null]" },
        { "database_properties", "{\"shop\":null}" },
        { "database_properties", "{\"shop\":{\"labels\":{\"a\":null}}}" },
        { "statistics", "[{\"table_id\":1,\"rows\":9223372036854775807,\"bytes\":0,\"index_entries\":0}]" },
        { "statistics", "[{\"table_id\":1,\"rows\":-1,\"bytes\":0,\"index_entries\":0}]" },
        { "spaces", "null" },
        { "objects", "[{\"kind\":\"nosuch\"}]" },
        { "engine_kind", "{}" },
    };

    [Theory]
    [MemberData(nameof(ImpossibleManifests))]
    public async Task A_manifest_that_says_what_cannot_be_is_damaged(string member, string value)
    {
        var (lab, layer) = await MakeAsync();
        var (envelope, body) = Open(await lab.GetAsync(layer.PathOf(CollectionLayout.Manifest)));
        body[member] = JsonNode.Parse(value);
        if (envelope.AsObject().ContainsKey(member))
            envelope[member] = JsonNode.Parse(value);
        IsDamaged(() => ManifestFile.Parse(Close(envelope, body.ToJsonString()), "m"));
    }

    [Fact]
    public async Task Figures_of_files_that_no_sum_could_hold_are_damage()
    {
        var (lab, layer) = await MakeAsync();
        foreach (var member in new[] { "length", "rows", "raw_bytes" })
        {
            var (envelope, body) = Open(await lab.GetAsync(layer.PathOf(CollectionLayout.Manifest)));
            body["spaces"]![0]!["files"]![0]![member] = long.MaxValue - 1;
            IsDamaged(() => ManifestFile.Parse(Close(envelope, body.ToJsonString()), "m"));
        }

        var (head, many) = Open(await lab.GetAsync(layer.PathOf(CollectionLayout.Manifest)));
        var files = many["spaces"]![0]!["files"]!.AsArray();
        files[0]!["length"] = 1L << 50;
        for (var i = 0; i < 3; i++)
            files.Add(files[0]!.DeepClone());
        IsDamaged(() => ManifestFile.Parse(Close(head, many.ToJsonString()), "m"));
    }

    [Fact]
    public async Task A_member_that_stands_twice_or_is_no_text_is_damage()
    {
        var (lab, layer) = await MakeAsync();
        var (envelope, body) = Open(await lab.GetAsync(layer.PathOf(CollectionLayout.Manifest)));
        foreach (var text in new[] { $"\"layer_id\":\"{Id}\",", "\"label\":\"\\ud800\"," })
            IsDamaged(() => ManifestFile.Parse(Close(envelope, body.ToJsonString().Insert(1, text)), "m"));
    }

    [Fact]
    public async Task Json_that_nests_deeply_is_refused_before_the_stack_ends()
    {
        var (lab, layer) = await MakeAsync();
        var (envelope, body) = Open(await lab.GetAsync(layer.PathOf(CollectionLayout.Manifest)));
        var deep = new string('[', 200_000) + new string(']', 200_000);
        IsDamaged(() => ManifestFile.Parse(Close(envelope, body.ToJsonString().Insert(1, $"\"unknown\":{deep},")), "m"));
    }

    [Fact]
    public async Task A_body_that_would_swell_beyond_its_claim_is_stopped_there()
    {
        var (lab, layer) = await MakeAsync();
        var (envelope, body) = Open(await lab.GetAsync(layer.PathOf(CollectionLayout.Manifest)));
        var bomb = body.ToJsonString().Insert(1, $"\"unknown\":\"{new string('x', 64 << 20)}\",");
        var bytes = Close(envelope, bomb, claimed: 4096);
        Assert.InRange(Allocated(() => IsDamaged(() => ManifestFile.Parse(bytes, "m"))), 0, Little);
    }

    [Fact]
    public async Task Millions_of_spaces_cost_what_they_take_and_no_more()
    {
        var (lab, layer) = await MakeAsync();
        var (envelope, body) = Open(await lab.GetAsync(layer.PathOf(CollectionLayout.Manifest)));
        var spaces = body["spaces"]!.AsArray();
        var text = spaces[0]!.ToJsonString();
        var whole = new StringBuilder(text);
        for (var i = 0; i < 50_000; i++)
            whole.Append(',').Append(text);
        spaces.Clear();
        var bytes = Close(envelope, body.ToJsonString().Replace("\"spaces\":[]", $"\"spaces\":[{whole}]", StringComparison.Ordinal));
        IsDamaged(() => ManifestFile.Parse(bytes, "m"));
    }

    [Theory]
    [InlineData(1)] // zstd
    [InlineData(2)] // Brotli
    public async Task A_block_that_would_swell_beyond_its_length_is_stopped_there(byte codec)
    {
        var (lab, layer) = await MakeAsync();
        var entry = layer.Manifest.Spaces[0].Files[0];
        var name = layer.PathOf(entry.Name);
        var compressed = Pack(codec, new byte[64 << 20]);
        await lab.ReplaceAsync(name, DataFileOf(layer, entry.Id, codec, compressed, rawLength: (int)entry.RawBytes, (int)entry.Rows));
        var length = (await lab.GetAsync(name)).Length;
        await ReadAsync(lab, layer, entry with { Length = length });
        var memory = new byte[entry.RawBytes];
        ICompressionCodec reader = codec == 1 ? new ZstdCodec() : new BrotliCodec();
        Assert.InRange(Allocated(() => Assert.False(reader.TryDecompress(compressed, memory))), 0, Little);
    }

    [Fact]
    public async Task Lengths_at_the_end_of_the_number_range_are_refused_and_cost_nothing()
    {
        var (_, layer) = await MakeAsync();
        var entry = layer.Manifest.Spaces[0].Files[0];
        foreach (var footer in new[] { int.MaxValue, int.MaxValue - 15, int.MinValue, -1 })
        {
            var store = new EndlessStore(footer);
            var file = new DataFile(store, "data/x", layer.Manifest.LayerId, entry with { Length = 1L << 40 });
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = await Assert.ThrowsAsync<BackupSqlException>(() => file.OpenAsync(CompressionCodecs.Default, default).AsTask());
            Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Little);
        }
    }

    [Fact]
    public void Random_indexes_end_in_an_error_or_an_index_and_cost_little()
    {
        var random = new Random(21);
        for (var i = 0; i < 20_000; i++)
        {
            var footer = new byte[random.Next(64)];
            random.NextBytes(footer);
            if (footer.Length > 0)
                footer[0] = (byte)random.Next(12);
            if (random.Next(3) == 0 && footer.Length > 8)
                footer.AsSpan(random.Next(4), 4).Fill(0xFF);
            var cost = Allocated(() =>
            {
                try
                {
                    DataFileIndex.Parse(footer, DataFileFormat.StartOf(false), footer.Length, Entry(), "x");
                }
                catch (BackupSqlException error)
                {
                    Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
                }
            });
            Assert.InRange(cost, 0, 64 << 10);
        }
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_does_not_count()
    {
        var sound = CheckpointFile.Write(new LayerCheckpoint { LayerId = Id, Spaces = [SpaceOf(Entry())] }, 1, null);
        Assert.NotNull(CheckpointFile.Parse(sound, "c"));
        var json = JsonNode.Parse(BrotliBody.Decompress(
            sound.AsSpan(16, sound.Length - 48), BinaryPrimitives.ReadInt32LittleEndian(sound.AsSpan(12)), "c"))!.ToJsonString();
        var random = new Random(22);
        var kept = 0;
        for (var i = 0; i < 4000; i++)
        {
            if (CheckpointFile.Parse(Seal(Mutated(json, random)), "c") is { } checkpoint)
            {
                kept++;
                Assert.All(checkpoint.AllFiles(), file => Assert.StartsWith("data/", file.Name, StringComparison.Ordinal));
                Assert.Distinct(checkpoint.Spaces.Select(space => space.Space));
                Assert.All(checkpoint.Spaces, space => space.ToFingerprint(FingerprintScope.State));
            }
        }

        Assert.InRange(kept, 1, 3900);
        Assert.Null(CheckpointFile.Parse(Seal(json, claimed: 5), "c"));
        Assert.Null(CheckpointFile.Parse([.. "BSQLCKPT"u8], "c"));
        Assert.Null(CheckpointFile.Parse(Seal(json.Replace("data/a-1", "data/../x", StringComparison.Ordinal)), "c"));
        Assert.Null(CheckpointFile.Parse(Seal(json.Replace("\"parts\":[", "\"parts\":[null,", StringComparison.Ordinal)), "c"));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("zzzzzzzzzzzzzzzz-x")]
    [InlineData("0000000000000000-a")]
    [InlineData("00000000000000000000000")]
    public async Task A_hint_of_a_strange_name_does_not_keep_a_backup_from_being_dropped(string name)
    {
        var (lab, layer) = await MakeAsync();
        await lab.Store.PutIfAbsentAsync(CollectionLayout.LatestPrefix + "!", Encoding.UTF8.GetBytes("../../x"));
        await lab.Store.PutIfAbsentAsync(CollectionLayout.LatestPrefix + name, Encoding.UTF8.GetBytes(layer.Directory));
        Assert.Equal(layer.Directory, await lab.Collection.GetLatestAsync());
        await lab.Collection.MoveLatestAsync(layer.Directory);
        await lab.Collection.Hints.DeleteAsync(layer.Directory, layer.Manifest.LayerId);
    }

    private static async Task<(CollectionLab Lab, ChainLayer Layer)> MakeAsync()
    {
        var lab = new CollectionLab { CompressionName = "none" };
        var layer = await lab.CommitAsync(
            10, null, CollectionLab.TableRequest(), Enumerable.Range(0, 20).Select(i => LabRow.Of(i, $"v{i}", i + 1)));
        await lab.Collection.Hints.PublishAsync(layer);
        return (lab, layer);
    }

    private static async Task ReadAsync(CollectionLab lab, ChainLayer layer, DataFileEntry entry)
    {
        var scan = new FileScan(DataFile.Of(layer, entry), lab.Codecs);
        var error = await Assert.ThrowsAsync<BackupSqlException>(() => scan.RunAsync(static _ => { }, static _ => { }, default).AsTask());
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
    }

    private static DataFileEntry Entry() => new()
    {
        Name = "data/a-1",
        Id = 1,
        Length = 100,
        Sha256 = new string('0', 64),
        Rows = 1,
        RawBytes = 1,
        FirstKey = new byte[1],
        LastKey = new byte[1],
        Codec = "none",
    };

    private static SpaceCheckpoint SpaceOf(DataFileEntry file) => new()
    {
        Space = CollectionLab.Table,
        Coverage = SpaceCoverage.Full,
        Parts =
        [
            new SpacePart { FirstKey = default, EndKey = default, Time = CollectionLab.At(1), Rows = 1, Sum = 5, Files = [file] },
            new SpacePart { FirstKey = new byte[1], EndKey = default, Time = CollectionLab.At(1), Rows = 1, Sum = 5, Files = [file with { Id = 2 }] },
        ],
    };

    private static void IsDamaged(Action read)
    {
        var error = Assert.Throws<BackupSqlException>(read);
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
    }

    private static long Allocated(Action act)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static byte[] Pack(byte codec, byte[] raw)
    {
        ICompressionCodec packer = codec == 1 ? new ZstdCodec() : new BrotliCodec();
        var buffer = new byte[packer.GetMaxCompressedLength(raw.Length)];
        return buffer[..packer.Compress(raw, buffer, 1)];
    }

    private static byte[] DataFileOf(ChainLayer layer, long id, byte codec, byte[] stored, int rawLength, int rows)
    {
        var footer = new byte[64];
        var at = 0;
        foreach (var number in new ulong[] { 1, (ulong)stored.Length, (ulong)rawLength, (ulong)rows, 0, 0 })
            at += Backup.Sql.Collections.Format.Varint.Write(footer.AsSpan(at), number);
        var file = new byte[48 + 16 + stored.Length + at + 16];
        DataFileFormat.WriteHeader(file, codec, false, layer.Manifest.LayerId, id);
        stored.CopyTo(file, 64);
        DataFileFormat.WriteBlockLengths(file.AsSpan(48), stored.Length, rawLength, rows);
        DataFileFormat.WriteBlockChecksum(file.AsSpan(48), stored.Length);
        footer.AsSpan(0, at).CopyTo(file.AsSpan(64 + stored.Length));
        DataFileFormat.WriteTrailer(file.AsSpan(file.Length - 16), footer.AsSpan(0, at));
        return file;
    }

    private static (JsonNode Envelope, JsonNode Body) Open(byte[] bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        var envelope = JsonNode.Parse(bytes.AsSpan(20, length))!;
        var body = bytes.AsSpan(24 + length, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)));
        return (envelope, JsonNode.Parse(BrotliBody.Decompress(body, (int)envelope["body_raw_length"]!, "m"))!);
    }

    private static byte[] Close(JsonNode envelope, string body, int? claimed = null)
    {
        var raw = Encoding.UTF8.GetBytes(body);
        var packed = BrotliBody.Compress(raw);
        envelope["body_length"] = packed.Length;
        envelope["body_raw_length"] = claimed ?? raw.Length;
        envelope["body_sha256"] = Convert.ToHexStringLower(SHA256.HashData(packed));
        var head = Encoding.UTF8.GetBytes(envelope.ToJsonString());
        var bytes = new byte[24 + head.Length + packed.Length + 32];
        "BSQLMANI"u8.CopyTo(bytes);
        bytes[8] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), head.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), packed.Length);
        head.CopyTo(bytes, 20);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20 + head.Length), Crc32C.Compute(bytes.AsSpan(0, 20 + head.Length)));
        packed.CopyTo(bytes, 24 + head.Length);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    private static byte[] Seal(string json, int? claimed = null)
    {
        var raw = Encoding.UTF8.GetBytes(json);
        var body = BrotliBody.Compress(raw);
        var bytes = new byte[16 + body.Length + 32];
        "BSQLCKPT"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), claimed ?? raw.Length);
        body.CopyTo(bytes, 16);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    private static string Mutated(string json, Random random)
    {
        string[] pieces = ["null", "-1", "9223372036854775807", "\"\"", "[", "{}", "\"..\"", "1e9", "true", ",", "\"data/../x\""];
        var at = random.Next(json.Length);
        return random.Next(3) switch
        {
            0 => json.Insert(at, pieces[random.Next(pieces.Length)]),
            1 => json.Remove(at, Math.Min(random.Next(1, 30), json.Length - at)),
            _ => $"{json[..at]}{(char)random.Next(32, 127)}{json[(at + 1)..]}",
        };
    }

    /// <summary>A store whose only object is a terabyte of zeros with a trailer of one's choice.</summary>
    private sealed class EndlessStore(int footerLength) : IObjectStore
    {
        public StoreCapabilities Capabilities => default;

        public ValueTask ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Clear();
            if (offset + buffer.Length == 1L << 40)
            {
                var trailer = buffer.Span[^16..];
                BinaryPrimitives.WriteInt32LittleEndian(trailer, footerLength);
                "BSQLTAIL"u8.CopyTo(trailer[8..]);
            }

            return default;
        }

        public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<ListEntry> ListAsync(ListRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => default;
    }
}
