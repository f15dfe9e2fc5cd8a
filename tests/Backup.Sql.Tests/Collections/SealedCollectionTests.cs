using System.Text;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Collections;

public sealed class SealedCollectionTests
{
    private const string Passphrase = "correct horse battery staple";
    private const string Marker = "MARKER-ROW";

    private static List<LabRow> Rows(int count = 300, string text = Marker) =>
        [.. Enumerable.Range(0, count).Select(i => LabRow.Of(i, $"{text} {i}"))];

    private static List<LabRow> Pages(params byte[] fills) =>
        [.. fills.Select((fill, i) => LabRow.Of(CollectionLab.PageKey(i + 1), [.. Enumerable.Repeat(fill, 512)]))];

    private static CollectionLab Lab(IObjectStore? store = null, string? passphrase = Passphrase, ulong seed = 1) =>
        new(store, passphrase: passphrase, seed: seed) { CompressionName = "none" };

    /// <summary>A full layer and an increment, rows and pages, with names that can be looked for.</summary>
    private static async Task<(CollectionLab Lab, Chain Chain)> MakeChainAsync(ulong seed = 1)
    {
        var lab = Lab(seed: seed);
        await AddAsync(lab, 10, null, Rows(), Pages(1, 2, 3));
        await AddAsync(lab, 20, await lab.LoadLatestAsync(), [LabRow.Deleted(0), LabRow.Of(10, "changed")], Pages(1, 9, 3));
        return (lab, await lab.LoadLatestAsync());
    }

    private static async Task AddAsync(CollectionLab lab, double end, Chain? parent, List<LabRow> rows, List<LabRow> pages)
    {
        var layer = await lab.BeginAsync(end, parent);
        var coverage = parent is null ? SpaceCoverage.Full : SpaceCoverage.Changes;
        var table = await CollectionLab.WriteAsync(layer, CollectionLab.TableRequest(coverage), rows);
        var paged = await CollectionLab.WriteAsync(layer, CollectionLab.PagesRequest(512, pages.Count, coverage), pages);
        await layer.CommitAsync(layer.DescribeLayer() with
        {
            Targets = "BACKUP DATABASE marker_database",
            CompleteDatabases = ["shop"],
            Spaces = [table, paged],
        });
    }

    [Fact]
    public async Task A_sealed_chain_is_read_with_its_passphrase()
    {
        var (lab, chain) = await MakeChainAsync();
        Assert.Equal(2, chain.Layers.Count);
        Assert.Equal(Rows(), await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(10)));
        Assert.Equal(
            [.. Rows().Skip(1).Select(row => row.Key == LabRow.Of(10, "").Key ? LabRow.Of(10, "changed") : row)],
            await lab.ReadAsync(CollectionLab.Table));
        Assert.Equal(Pages(1, 9, 3), await lab.ReadAsync(CollectionLab.Pages));
        Assert.Empty(await lab.ValidateAsync());
        // Another process opens it from what lies there.
        Assert.Equal(Pages(1, 9, 3), await Lab(lab.Store).ReadAsync(CollectionLab.Pages));
    }

    [Fact]
    public async Task A_wrong_key_none_and_a_needless_one_are_told_apart()
    {
        var (lab, _) = await MakeChainAsync();
        foreach (var (passphrase, message) in new[]
        {
            (null, "no key was given"), ("Correct horse battery staple", "does not open"),
        })
        {
            var error = await CollectionLab.ThrowsAsync(
                SqlStates.WrongKey, () => Lab(lab.Store, passphrase).LoadLatestAsync());
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("horse", error.Message + error.Detail + error.Hint, StringComparison.Ordinal);
            await CollectionLab.ThrowsAsync(SqlStates.WrongKey, () => Lab(lab.Store, passphrase).ValidateAsync());
        }

        var clear = Lab(passphrase: null);
        await clear.CommitAsync(10, null, CollectionLab.TableRequest(), Rows());
        var needless = await CollectionLab.ThrowsAsync(SqlStates.WrongKey, () => Lab(clear.Store).LoadLatestAsync());
        Assert.Contains("not encrypted", needless.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_what_the_document_lists_can_be_read()
    {
        var (lab, _) = await MakeChainAsync();
        var layer = await lab.BeginAsync(30, await lab.LoadLatestAsync(), job: "3");
        await CollectionLab.WriteAsync(layer, CollectionLab.TableRequest(), Rows(5));
        await layer.SettleAsync();
        await layer.CheckpointAsync();
        string[] markers = [Marker, "changed", "shop", "till", "marker_database", "memory", "\x01\x01\x01\x01", "\x09\x09\x09\x09"];
        var names = await lab.NamesAsync();
        Assert.Contains(names, name => name.Contains(CollectionLayout.CheckpointPrefix, StringComparison.Ordinal));
        foreach (var name in names)
        {
            var text = Encoding.Latin1.GetString(await lab.GetAsync(name));
            foreach (var marker in markers)
                Assert.False(text.Contains(marker, StringComparison.Ordinal), $"{name} shows {marker}");
        }
    }

    [Fact]
    public async Task Envelopes_and_names_are_read_without_a_key()
    {
        var (lab, chain) = await MakeChainAsync();
        var blind = Lab(lab.Store, passphrase: null).Collection;
        Assert.Equal([chain.Full.Directory], await blind.ListBackupsAsync());
        Assert.Equal(chain.Full.Directory, await blind.GetLatestAsync());
        var envelope = await blind.ReadEnvelopeAsync(chain.Full.Directory);
        Assert.Equal(chain.Full.Manifest.LayerId, envelope.LayerId);
        var survey = await new CollectionSurvey(blind, []).ListAsync(CancellationToken.None);
        Assert.Equal(2, Assert.Single(survey).Layers.Count);
        await new ChainDrop(blind, [], new SeededRandomSource(1), TimeProvider.System).RunAsync(
            new Tombstone
            {
                Chain = chain.Full.Directory,
                Layers = survey[0].ToDropped(),
                Time = DateTimeOffset.UnixEpoch,
            },
            _ => Task.FromResult<string?>(null),
            _ => Task.CompletedTask,
            CancellationToken.None);
        Assert.Empty(await lab.NamesAsync());
    }

    [Fact]
    public async Task Every_flipped_bit_of_every_object_is_found()
    {
        var (lab, _) = await MakeChainAsync();
        var seen = 0;
        foreach (var name in await lab.NamesAsync())
        {
            // Locks and claims say nothing to a reader.
            if (name.Contains(CollectionLayout.LockPrefix, StringComparison.Ordinal)
                || name.StartsWith(CollectionLayout.NextPrefix, StringComparison.Ordinal))
                continue;
            var bytes = await lab.GetAsync(name);
            foreach (var at in new[] { 0, 9, 11, 40, bytes.Length / 2, bytes.Length - 20, bytes.Length - 1 })
            {
                var changed = bytes.ToArray();
                changed[at] ^= 0x10;
                await lab.ReplaceAsync(name, changed);
                var findings = await Lab(lab.Store).ValidateAsync();
                Assert.True(findings.Any(one => one.Path == name), $"{name} at {at}: {string.Join("; ", findings)}");
                seen++;
            }

            await lab.ReplaceAsync(name, bytes);
        }

        Assert.True(seen > 50, $"{seen} bits were flipped");
        Assert.Empty(await Lab(lab.Store).ValidateAsync());
    }

    // Checksums keep honest accidents out; whoever exchanges bytes on purpose makes them agree again.
    [Fact]
    public async Task Blocks_that_were_forged_with_their_checksums_do_not_open()
    {
        var (lab, chain) = await MakeChainAsync();
        var file = chain.Full.Manifest.Spaces[0].Files[0];
        var path = chain.Full.PathOf(file.Name);
        var bytes = await lab.GetAsync(path);
        var start = DataFileFormat.StartOf(isSealed: true);
        var forged = bytes.ToArray();
        forged[start + DataFileFormat.BlockHeaderBytes + 5] ^= 1;
        var stored = BitConverter.ToInt32(forged, start);
        DataFileFormat.WriteBlockChecksum(forged.AsSpan(start), stored);
        await lab.ReplaceAsync(path, forged);
        var error = await CollectionLab.ThrowsAsync(
            SqlStates.Undecryptable, () => Lab(lab.Store).ReadAsync(CollectionLab.Table));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        var finding = Assert.Single(await Lab(lab.Store).ValidateAsync());
        Assert.Equal((FindingStatus.Undecryptable, path), (finding.Status, finding.Path));
    }

    [Fact]
    public async Task A_layer_of_another_chain_with_the_same_passphrase_does_not_open()
    {
        var (lab, chain) = await MakeChainAsync();
        var (other, foreign) = await MakeChainAsync(seed: 2);
        foreach (var name in await other.NamesAsync(foreign.Newest.Directory + "/"))
        {
            if (await lab.Store.HeadAsync(name) is null)
                Assert.True(await lab.Store.PutIfAbsentAsync(name, await other.GetAsync(name)));
            else
                await lab.ReplaceAsync(name, await other.GetAsync(name));
        }

        var error = await Assert.ThrowsAsync<BackupSqlException>(() => Lab(lab.Store).LoadLatestAsync());
        Assert.Equal(SqlStates.Undecryptable, error.SqlState);
        var findings = await Lab(lab.Store).ValidateAsync();
        Assert.Contains(findings, finding => finding.Path == chain.Newest.PathOf(CollectionLayout.Manifest));
    }

    [Fact]
    public async Task A_clear_layer_in_a_sealed_chain_is_refused()
    {
        var (lab, chain) = await MakeChainAsync();
        var path = chain.Newest.PathOf(CollectionLayout.Manifest);
        await lab.ReplaceAsync(path, ManifestFile.Write(chain.Newest.Manifest, path));
        await CollectionLab.ThrowsAsync(SqlStates.Undecryptable, () => Lab(lab.Store).LoadLatestAsync());
        var finding = Assert.Single(await Lab(lab.Store).ValidateAsync(), finding => finding.Path == path);
        Assert.Equal(FindingStatus.Undecryptable, finding.Status);
    }

    [Fact]
    public async Task An_envelope_that_was_changed_with_its_checksums_does_not_open()
    {
        var (lab, chain) = await MakeChainAsync();
        var path = chain.Newest.PathOf(CollectionLayout.Manifest);
        var bytes = await lab.GetAsync(path);
        var at = Encoding.Latin1.GetString(bytes).IndexOf("\"cluster_id\":\"cluster-1", StringComparison.Ordinal);
        bytes[at + 22] = (byte)'2';
        var envelope = BitConverter.ToInt32(bytes, 12);
        BitConverter.TryWriteBytes(bytes.AsSpan(20 + envelope), Crc32C.Compute(bytes.AsSpan(0, 20 + envelope)));
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));
        await lab.ReplaceAsync(path, bytes);
        await CollectionLab.ThrowsAsync(SqlStates.Undecryptable, () => Lab(lab.Store).LoadLatestAsync());
    }

    [Fact]
    public async Task Without_its_key_object_a_chain_says_what_is_missing()
    {
        var (lab, chain) = await MakeChainAsync();
        var name = chain.Full.PathOf("ENCRYPTION-INFO-1");
        var bytes = await lab.GetAsync(name);
        await lab.Store.DeleteAsync(name);
        var error = await CollectionLab.ThrowsAsync(SqlStates.DataCorrupted, () => Lab(lab.Store).LoadLatestAsync());
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        var finding = Assert.Single(await Lab(lab.Store).ValidateAsync());
        Assert.Equal((FindingStatus.Missing, name), (finding.Status, finding.Path));
        // Those of another chain are of no use, even with the same passphrase.
        var (other, foreign) = await MakeChainAsync(seed: 2);
        var theirs = await other.GetAsync(foreign.Full.PathOf("ENCRYPTION-INFO-1"));
        Assert.True(await lab.Store.PutIfAbsentAsync(name, theirs));
        await CollectionLab.ThrowsAsync(SqlStates.DataCorrupted, () => Lab(lab.Store).LoadLatestAsync());
        Assert.Contains(await Lab(lab.Store).ValidateAsync(), one => one.Status == FindingStatus.Undecryptable && one.Path == name);
        await lab.ReplaceAsync(name, bytes);
        Assert.Empty(await Lab(lab.Store).ValidateAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SealedBody.PieceBytes - 1)]
    [InlineData(SealedBody.PieceBytes)]
    [InlineData(SealedBody.PieceBytes + 1)]
    [InlineData((3 * SealedBody.PieceBytes) + 17)]
    public void A_body_opens_whole_and_in_its_place_alone(int length)
    {
        var random = new SeededRandomSource(5);
        var body = new byte[length];
        random.Fill(body);
        using var key = ChainKey.Draw("000102030405060708090a0b0c0d0e0f", random);
        var sealer = new Sealer(key, "101112131415161718191a1b1c1d1e1f", random);
        var stored = SealedBody.Seal(sealer.Begin("BSQLCKPT"u8, "a"), body, [1]);
        Assert.Equal(SealedBody.LengthOf(length), stored.Length);
        Assert.Equal(body, Open(stored, "a", [1]));
        Assert.Null(Open(stored, "b", [1]));
        Assert.Null(Open(stored, "a", [2]));
        const int Piece = SealedBody.PieceBytes + ObjectSeal.TagBytes;
        for (var cut = ObjectSeal.SaltBytes; cut < stored.Length; cut += Piece)
            Assert.Null(Open(stored.AsSpan(0, cut), "a", [1]));
        foreach (var cut in new[] { 0, 1, 16, 31, stored.Length - 1 })
            Assert.Null(Open(stored.AsSpan(0, cut), "a", [1]));
        Assert.Null(Open([.. stored, 0], "a", [1]));
        if (length < 2 * SealedBody.PieceBytes)
            return;
        var swapped = stored.ToArray();
        stored.AsSpan(32, Piece).CopyTo(swapped.AsSpan(32 + Piece));
        stored.AsSpan(32 + Piece, Piece).CopyTo(swapped.AsSpan(32));
        Assert.Null(Open(swapped, "a", [1]));

        byte[]? Open(ReadOnlySpan<byte> bytes, string name, byte[] context) => SealedBody.TryOpen(
            salt => new ObjectSeal(key, "BSQLCKPT"u8, sealer.LayerId, name, salt), bytes, context);
    }

    [Fact]
    public void Rows_of_any_kind_come_back_out_of_sealed_files() => Prop.ForAll<int>(seed =>
        RoundTripAsync(seed).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    private static async Task RoundTripAsync(int seed)
    {
        var random = new Random(seed);
        var lab = new CollectionLab(passphrase: Passphrase)
        {
            CompressionName = random.Next(2) == 0 ? "none" : "brotli",
            FileBytes = random.Next(1, 200_000),
        };
        var rows = Enumerable.Range(0, random.Next(0, 2000))
            .Select(i => LabRow.Of(i, new string((char)('a' + (i % 26)), random.Next(0, 300)))).ToList();
        await lab.CommitAsync(10, null, CollectionLab.TableRequest(ordered: random.Next(2) == 0), rows, workers: random.Next(1, 4));
        Assert.Equal(rows, await lab.ReadAsync(CollectionLab.Table, rangeBytes: random.Next(1, 1 << 20)));
        Assert.Empty(await lab.ValidateAsync());
    }
}
