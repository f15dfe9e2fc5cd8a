using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Tests.Collections;

/// <summary>Whatever happens to stored bytes is noticed, and never ends in anything but our own error.</summary>
public sealed class DamageTests
{
    private static readonly List<LabRow> AfterBoth = [LabRow.Of(1, "one"), LabRow.Of(2, "zwei"), LabRow.Of(4, "four")];

    [Fact]
    public async Task Every_flipped_bit_of_a_manifest_is_noticed()
    {
        var (lab, full, _) = await MakeAsync();
        var bytes = await lab.GetAsync(full.PathOf(CollectionLayout.Manifest));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var error = Assert.Throws<BackupSqlException>(() => ManifestFile.Parse(bytes, "m"));
            Assert.True(error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.NotNull(ManifestFile.Parse(bytes, "m"));
    }

    [Fact]
    public async Task Every_truncation_of_a_manifest_is_noticed()
    {
        var (lab, full, _) = await MakeAsync();
        var bytes = await lab.GetAsync(full.PathOf(CollectionLayout.Manifest));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<BackupSqlException>(() => ManifestFile.Parse(bytes.AsSpan(0, length), "m"));
        Assert.Throws<BackupSqlException>(() => ManifestFile.Parse([.. bytes, 0], "m"));
    }

    [Fact]
    public async Task Every_flipped_bit_of_a_data_file_stops_a_restore()
    {
        var (lab, full, _) = await MakeAsync();
        foreach (var (space, entry) in full.Manifest.Spaces.SelectMany(s => s.Files.Select(f => (s.Space, f))))
        {
            var path = full.PathOf(entry.Name);
            var bytes = await lab.GetAsync(path);
            for (var bit = 0; bit < bytes.Length * 8; bit += 3)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                await lab.ReplaceAsync(path, [.. bytes]);
                var error = await Assert.ThrowsAsync<BackupSqlException>(() => lab.ReadAsync(space));
                Assert.True(error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat, error.SqlState);
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            await lab.ReplaceAsync(path, bytes);
        }
    }

    [Fact]
    public async Task Validation_names_each_damaged_object_and_finds_all_of_them()
    {
        var (lab, full, increment) = await MakeAsync();
        Assert.Empty(await lab.ValidateAsync());
        var files = new[] { full, increment }
            .SelectMany(layer => layer.Manifest.Spaces
                .SelectMany(space => space.Files.Concat(space.DigestFiles)).Select(file => layer.PathOf(file.Name)))
            .ToList();
        Assert.Equal(6, files.Count);
        foreach (var path in files.Append(increment.PathOf(CollectionLayout.Manifest)))
        {
            var bytes = await lab.GetAsync(path);
            foreach (var place in new[] { 0, bytes.Length / 2, bytes.Length - 1 })
            {
                await lab.ReplaceAsync(path, [.. bytes.Select((b, i) => i == place ? (byte)(b ^ 0x10) : b)]);
                var finding = Assert.Single(await lab.ValidateAsync());
                Assert.Equal((FindingStatus.ChecksumMismatch, path), (finding.Status, finding.Path));
            }

            await lab.ReplaceAsync(path, bytes);
        }

        foreach (var path in files)
        {
            var bytes = await lab.GetAsync(path);
            await lab.ReplaceAsync(path, [.. bytes.Select((b, i) => i == 60 ? (byte)(b ^ 1) : b)]);
        }

        Assert.Equal(files.Order(StringComparer.Ordinal), (await lab.ValidateAsync()).Select(f => f.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Missing_shortened_and_swapped_files_are_told_apart()
    {
        var (lab, full, increment) = await MakeAsync();
        var table = full.PathOf(full.Manifest.Find(CollectionLab.Table)!.Files[0].Name);
        var other = increment.PathOf(increment.Manifest.Find(CollectionLab.Table)!.Files[0].Name);
        var bytes = await lab.GetAsync(table);

        await lab.ReplaceAsync(table, bytes[..^1]);
        Assert.Equal(FindingStatus.WrongSize, Assert.Single(await lab.ValidateAsync()).Status);
        await CollectionLab.ThrowsAsync(SqlStates.DataCorrupted, () => lab.ReadAsync(CollectionLab.Table));

        await lab.Store.DeleteAsync(table);
        Assert.Equal(FindingStatus.Missing, Assert.Single(await lab.ValidateAsync()).Status);
        await CollectionLab.ThrowsAsync(SqlStates.UndefinedFile, () => lab.ReadAsync(CollectionLab.Table));

        await lab.ReplaceAsync(table, await lab.GetAsync(other));
        Assert.NotEmpty(await lab.ValidateAsync());
        await CollectionLab.ThrowsAsync(SqlStates.DataCorrupted, () => lab.ReadAsync(CollectionLab.Table));

        await lab.ReplaceAsync(table, bytes);
        Assert.Empty(await lab.ValidateAsync());
        Assert.Equal(AfterBoth, await lab.ReadAsync(CollectionLab.Table));
    }

    [Fact]
    public async Task A_missing_layer_is_named_by_the_time_it_ended()
    {
        var (lab, _, increment) = await MakeAsync();
        await AddEmptyAsync(lab, 30);
        await lab.Store.DeleteAsync(increment.PathOf(CollectionLayout.Manifest));
        var error = await CollectionLab.ThrowsAsync(SqlStates.BrokenChain, lab.LoadLatestAsync);
        Assert.Contains("2026-11-20 00:00:20.000000", error.Detail, StringComparison.Ordinal);
        Assert.Equal(FindingStatus.BrokenChain, Assert.Single(await lab.ValidateAsync()).Status);
    }

    [Fact]
    public async Task A_layer_of_another_cluster_is_refused()
    {
        var (lab, _, _) = await MakeAsync();
        lab.ClusterId = "cluster-2";
        await AddEmptyAsync(lab, 30);
        await CollectionLab.ThrowsAsync(SqlStates.ForeignBackup, lab.LoadLatestAsync);
    }

    [Fact]
    public async Task A_compacted_layer_makes_the_ones_inside_it_superfluous()
    {
        var (lab, full, increment) = await MakeAsync();
        var last = await AddEmptyAsync(lab, 30);
        var compacted = new ChainLayer
        {
            Store = lab.Store,
            Directory = "x",
            Manifest = last.Manifest with { LayerId = new string('c', 32), ParentLayerId = full.Manifest.LayerId, Start = full.End },
        };
        var chain = Chain.Build("y", full, [increment, last, compacted]);
        Assert.Equal([full, compacted], chain.Layers);
    }

    [Fact]
    public async Task A_sample_reads_a_part_and_all_digests()
    {
        var (lab, full, _) = await MakeAsync();
        var table = full.PathOf(full.Manifest.Find(CollectionLab.Table)!.Files[0].Name);
        var bytes = await lab.GetAsync(table);
        await lab.ReplaceAsync(table, [.. bytes.Select((b, i) => i == 60 ? (byte)(b ^ 1) : b)]);
        var found = 0;
        for (var i = 0; i < 100; i++)
            found += (await lab.ValidateAsync(0.5)).Count;
        Assert.InRange(found, 25, 75);
    }

    [Fact]
    public void Random_bytes_are_no_manifest_and_cost_little()
    {
        var random = new Random(11);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (i % 2 == 0)
                "BSQLMANI\u0001\0\0\0"u8[..Math.Min(12, bytes.Length)].CopyTo(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<BackupSqlException>(() => ManifestFile.Parse(bytes, "m"));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
        }
    }

    [Fact]
    public async Task Forged_manifests_with_right_checksums_end_in_an_error_or_a_manifest()
    {
        var (lab, full, _) = await MakeAsync();
        var json = Encoding.UTF8.GetBytes(ManifestFile.Parse(await lab.GetAsync(full.PathOf(CollectionLayout.Manifest)), "m").ToJson());
        var random = new Random(12);
        var accepted = 0;
        for (var i = 0; i < 4000; i++)
        {
            var forged = Mutate(json, random);
            try
            {
                ManifestFile.Parse(ManifestWithBody(full, forged), "m");
                accepted++;
            }
            catch (BackupSqlException error)
            {
                Assert.True(error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat);
            }
        }

        Assert.InRange(accepted, 1, 3500);
    }

    [Fact]
    public async Task A_forged_length_does_not_cost_memory()
    {
        var (_, full, _) = await MakeAsync();
        var bytes = ManifestWithBody(full, "{}"u8.ToArray(), rawLength: 500_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<BackupSqlException>(() => ManifestFile.Parse(bytes, "m"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task Forged_data_files_with_right_checksums_end_in_an_error_or_in_rows()
    {
        var lab = new CollectionLab { CompressionName = "none" };
        var layer = await lab.CommitAsync(
            10, null, CollectionLab.TableRequest(), Enumerable.Range(0, 20).Select(i => LabRow.Of(i, $"v{i}", i + 1)));
        var entry = layer.Manifest.Spaces[0].Files[0];
        var path = layer.PathOf(entry.Name);
        var bytes = await lab.GetAsync(path);
        var random = new Random(13);
        for (var i = 0; i < 4000; i++)
        {
            var forged = ForgeDataFile(bytes, random);
            await lab.ReplaceAsync(path, forged);
            try
            {
                await new FileScan(DataFile.Of(layer, entry with { Sha256 = Hash(forged) }), lab.Codecs)
                    .RunAsync(static _ => { }, static _ => { }, default);
            }
            catch (BackupSqlException error)
            {
                Assert.True(error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat);
            }
        }
    }

    private static async Task<(CollectionLab Lab, ChainLayer Full, ChainLayer Increment)> MakeAsync()
    {
        var lab = new CollectionLab();
        var full = await AddAsync(
            lab, 10, SpaceCoverage.Full, [LabRow.Of(1, "one"), LabRow.Of(2, "two"), LabRow.Of(3, "three")], [1, 2]);
        var increment = await AddAsync(
            lab, 20, SpaceCoverage.Changes, [LabRow.Of(2, "zwei"), LabRow.Deleted(3), LabRow.Of(4, "four")], [1, 3]);
        return (lab, full, increment);
    }

    private static async Task<ChainLayer> AddAsync(
        CollectionLab lab, double end, SpaceCoverage coverage, List<LabRow> rows, byte[] pages)
    {
        var parent = await lab.Collection.GetLatestAsync() is null ? null : await lab.LoadLatestAsync();
        var layer = await lab.BeginAsync(end, parent);
        var table = await CollectionLab.WriteAsync(layer, CollectionLab.TableRequest(coverage), rows);
        var content = pages.Select((b, i) => LabRow.Of(CollectionLab.PageKey(i + 1), [.. Enumerable.Repeat(b, 512)])).ToList();
        var space = await CollectionLab.WriteAsync(layer, CollectionLab.PagesRequest(512, pages.Length, coverage), content);
        var objects = new ObjectDescriptor[] { new DatabaseDescriptor { Id = 1, Database = "shop", Name = "shop" }, Till() };
        return await layer.CommitAsync(layer.DescribeLayer() with { Objects = objects, Spaces = [table, space] });
    }

    private static TableDescriptor Till() => new()
    {
        Id = 7,
        Database = "shop",
        Schema = "public",
        Name = "till",
        Columns = [new ColumnDescriptor { Name = "id", Type = new ColumnType(ColumnKind.Integer) }],
        PrimaryKey = ["id"],
        Properties = new Dictionary<string, string> { ["strict"] = "true" },
    };

    private static async Task<ChainLayer> AddEmptyAsync(CollectionLab lab, double end)
    {
        var layer = await lab.BeginAsync(end, await lab.LoadLatestAsync());
        return await layer.CommitAsync(layer.DescribeLayer());
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var forged = bytes.ToList();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(forged.Count);
            switch (random.Next(4))
            {
                case 0:
                    forged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    forged.RemoveRange(at, Math.Min(random.Next(1, 40), forged.Count - at));
                    break;
                case 2:
                    forged.InsertRange(at, [.. "null"u8]);
                    break;
                default:
                    forged[at] = (byte)('0' + random.Next(10));
                    break;
            }
        }

        return [.. forged];
    }

    private static byte[] ManifestWithBody(ChainLayer layer, byte[] body, int? rawLength = null)
    {
        var envelope = Encoding.UTF8.GetBytes($$"""
            {"format_version":1,"layer_id":"{{layer.Manifest.LayerId}}","chain_id":"{{layer.Manifest.ChainId}}","kind":"full",
            "start":"{{layer.Start}}","end":"{{layer.End}}","cluster_id":"cluster-1","keep_forever":false,
            "body_codec":"{{(rawLength is null ? "none" : "brotli")}}","body_sealing":"none","body_length":{{body.Length}},
            "body_raw_length":{{rawLength ?? body.Length}},"body_sha256":"{{Hash(body)}}"}
            """);
        var bytes = new byte[20 + envelope.Length + 4 + body.Length + 32];
        "BSQLMANI"u8.CopyTo(bytes);
        bytes[8] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), envelope.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), body.Length);
        envelope.CopyTo(bytes, 20);
        var crc = Crc32C.Compute(bytes.AsSpan(0, 20 + envelope.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20 + envelope.Length), crc);
        body.CopyTo(bytes, 24 + envelope.Length);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    // Changes a byte of the block or of the footer and puts the checksums right, as somebody who means harm would.
    private static byte[] ForgeDataFile(byte[] bytes, Random random)
    {
        var forged = bytes.ToArray();
        var footerLength = BinaryPrimitives.ReadInt32LittleEndian(forged.AsSpan(forged.Length - 16));
        var footer = forged.Length - 16 - footerLength;
        forged[random.Next(48, forged.Length - 16)] = (byte)random.Next(256);
        if (random.Next(2) == 0)
            forged[random.Next(48, forged.Length - 16)] = 0xFF;
        var block = forged.AsSpan(48, footer - 48);
        var crc = Crc32C.Compute(block[16..], Crc32C.Compute(block[..12]));
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], crc);
        DataFileFormat.WriteTrailer(forged.AsSpan(forged.Length - 16), forged.AsSpan(footer, footerLength));
        return forged;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
