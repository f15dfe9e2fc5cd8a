using System.Buffers.Binary;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Tests.Collections;

/// <summary>A collection in memory, with the few moves that the tests are made of.</summary>
internal sealed class CollectionLab
{
    public static readonly TableSpace Table = new("shop", 7);
    public static readonly PageSpace Pages = new("shop");

    private readonly SeededRandomSource _random;

    public CollectionLab(
        IObjectStore? store = null, CompressionCodecs? codecs = null, IObjectStore? incrementals = null,
        string? passphrase = null, ulong seed = 1)
    {
        _random = new SeededRandomSource(seed);
        Store = store ?? new MemoryObjectStore();
        Codecs = codecs ?? CompressionCodecs.Default;
        var keys = new ChainKeys { Passphrase = passphrase, Iterations = PassphraseSlots.LeastIterations };
        Collection = Collection.Open(Store, incrementals, Codecs, keys);
    }

    public IObjectStore Store { get; }

    public CompressionCodecs Codecs { get; }

    public Collection Collection { get; }

    public string? CompressionName { get; init; }

    public long FileBytes { get; init; } = 128 << 20;

    public string ClusterId { get; set; } = "cluster-1";

    /// <summary>Seconds after midnight, 2026-11-20.</summary>
    public static HlcTimestamp At(double seconds) =>
        HlcTimestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds));

    public static byte[] PageKey(long page)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, (uint)page);
        return key;
    }

    public Task<LayerWriter> BeginAsync(double end, Chain? parent = null, string? directory = null, string job = "1") =>
        new LayerStart(Collection).BeginAsync(new LayerRequest
        {
            End = At(end),
            Parent = parent,
            Directory = directory,
            JobId = job,
            EngineKind = "memory",
            EngineVersion = "1",
            ClusterId = ClusterId,
            CreatedBy = "0.1.0",
            Compression = Codecs.Choose(CompressionName),
            FileBytes = FileBytes,
            Random = _random,
        });

    public static async Task<SpaceManifest> WriteAsync(
        LayerWriter layer, SpaceWriteRequest request, IEnumerable<LabRow> rows, int workers = 1)
    {
        var writer = layer.BeginSpace(request);
        foreach (var share in rows.Chunk(Math.Max(1, (rows.Count() + workers - 1) / workers)))
        {
            var sink = writer.OpenSink();
            await using (sink)
            {
                foreach (var row in share)
                {
                    if (!sink.Write(row.ToRowVersion()))
                        await sink.FlushAsync();
                }

                await sink.CompleteAsync();
            }
        }

        return writer.Complete();
    }

    public static SpaceWriteRequest TableRequest(
        SpaceCoverage coverage = SpaceCoverage.Full, bool allVersions = false, bool ordered = true) =>
        new()
        {
            Space = Table,
            Shape = new SpaceShape { Ordered = ordered },
            Name = "shop.public.till",
            Coverage = coverage,
            AllVersions = allVersions,
        };

    public static SpaceWriteRequest PagesRequest(int pageSize, long pageCount, SpaceCoverage coverage) =>
        new()
        {
            Space = Pages,
            Shape = new SpaceShape { PageSize = pageSize, PageCount = pageCount },
            Name = "shop",
            Coverage = coverage,
        };

    /// <summary>Writes a layer with one space and commits it.</summary>
    public async Task<ChainLayer> CommitAsync(
        double end,
        Chain? parent,
        SpaceWriteRequest request,
        IEnumerable<LabRow> rows,
        HlcTimestamp? revisionStart = null,
        int workers = 1)
    {
        var layer = await BeginAsync(end, parent);
        var space = await WriteAsync(layer, request, rows.ToList(), workers);
        return await layer.CommitAsync(layer.DescribeLayer() with { Spaces = [space], RevisionStart = revisionStart });
    }

    public async Task<Chain> LoadLatestAsync() =>
        await Collection.LoadChainAsync(
            await Collection.GetLatestAsync() ?? throw new InvalidOperationException("no backup"));

    /// <summary>Reads a space range by range and proves it.</summary>
    public async Task<List<LabRow>> ReadAsync(Space space, HlcTimestamp? at = null, long rangeBytes = long.MaxValue)
    {
        var chain = await LoadLatestAsync();
        var reader = new ChainReader(chain, at ?? chain.End, Codecs);
        var proof = reader.BeginProof(space);
        var rows = new List<LabRow>();
        foreach (var range in await reader.SplitAsync(space, rangeBytes))
            rows.AddRange(await DrainAsync(reader.OpenSource(space, range, proof)));
        proof.Verify();
        return rows;
    }

    public static async Task<List<LabRow>> DrainAsync(ChainSource source)
    {
        var rows = new List<LabRow>();
        await using (source)
        {
            while (await source.FillAsync())
            {
                while (source.TryRead(out var row))
                    rows.Add(LabRow.Of(row));
            }
        }

        return rows;
    }

    public async Task<IReadOnlyList<Finding>> ValidateAsync(double sample = 1, params KnownLayer[] known)
    {
        var request = new ValidationRequest
        {
            Subdirectory = (await Collection.ListBackupsAsync())[^1],
            Sample = sample,
            Known = known,
        };
        return (await Verification.ValidateAsync(Collection, request, _random)).Findings;
    }

    public async Task<List<string>> NamesAsync(string prefix = "")
    {
        var names = new List<string>();
        await foreach (var entry in Store.ListAsync(new ListRequest { Prefix = prefix }))
            names.Add(entry.Name);
        return names;
    }

    public async Task<byte[]> GetAsync(string name)
    {
        var bytes = new byte[(await Store.HeadAsync(name))!.Value.Length];
        await Store.ReadAsync(name, 0, bytes);
        return bytes;
    }

    /// <summary>What no store does for a client: changes an object.</summary>
    public async Task ReplaceAsync(string name, byte[] bytes)
    {
        await Store.DeleteAsync(name);
        Assert.True(await Store.PutIfAbsentAsync(name, bytes));
    }

    public static async Task<BackupSqlException> ThrowsAsync(string sqlState, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<BackupSqlException>(action);
        Assert.True(error.SqlState == sqlState, $"{error.SqlState} {error.Message} {error.Detail}");
        return error;
    }
}
