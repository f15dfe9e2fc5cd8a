using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Compression;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Collections;

/// <summary>
/// Collections that earlier versions wrote must stay readable for ever. Each directory below Golden was written once,
/// by running these tests with BACKUPSQL_WRITE_GOLDEN set to the Golden directory of the source tree, and is never
/// changed: a new format gets new directories beside the old ones.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Collections", "Golden");

    /// <summary>Codec, and the passphrase of the encrypted one.</summary>
    public static TheoryData<string, string?> Codecs => new()
    {
        { "none", null }, { "brotli", null }, { "zstd", null }, { "brotli", "golden passphrase" },
    };

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task Collections_of_format_1_are_read(string codec, string? passphrase)
    {
        var name = passphrase is null ? $"format-1-{codec}" : $"format-1-{codec}-sealed";
        var directory = Path.Combine(Root, name);
        if (Environment.GetEnvironmentVariable("BACKUPSQL_WRITE_GOLDEN") is { Length: > 0 } target)
            await WriteAsync(codec, passphrase, directory = Path.Combine(target, name));
        var lab = new CollectionLab(await LoadAsync(directory), passphrase: passphrase);
        if (codec == "zstd" && !ZstdCodec.IsAvailable)
        {
            await CollectionLab.ThrowsAsync(SqlStates.FeatureNotSupported, () => lab.ReadAsync(CollectionLab.Table));
            return;
        }

        Assert.Equal(["2026/11/20-000010.00"], await lab.Collection.ListBackupsAsync());
        var chain = await lab.LoadLatestAsync();
        Assert.Equal(3, chain.Layers.Count);
        Assert.Equal(FullRows, await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(10)));
        Assert.Equal(IncrementRows, await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(20)));
        Assert.Equal([LabRow.Of(1, "first", 25)], await lab.ReadAsync(CollectionLab.Table, CollectionLab.At(27)));
        Assert.Equal([LabRow.Of(1, "second", 28)], await lab.ReadAsync(CollectionLab.Table));
        Assert.Equal(Pages(1, 2, 3), await lab.ReadAsync(CollectionLab.Pages, CollectionLab.At(10)));
        Assert.Equal(Pages(1, 9), await lab.ReadAsync(CollectionLab.Pages));
        Assert.Empty(await lab.ValidateAsync());
        CheckManifest(chain);
    }

    private static List<LabRow> FullRows =>
        [.. Enumerable.Range(0, 300).Select(i => LabRow.Of(i, $"row {i.ToString(CultureInfo.InvariantCulture)}"))];

    private static List<LabRow> IncrementRows =>
        [.. FullRows.Skip(1).Select((row, i) => i == 9 ? LabRow.Of(10, "changed") : row).Append(LabRow.Of(300, "new"))];

    private static List<LabRow> Pages(params byte[] fills) =>
        [.. fills.Select((fill, i) => LabRow.Of(CollectionLab.PageKey(i + 1), [.. Enumerable.Repeat(fill, 512)]))];

    private static void CheckManifest(Chain chain)
    {
        var manifest = chain.Newest.Manifest;
        Assert.Equal("BACKUP DATABASE shop", manifest.Targets);
        Assert.Equal(["shop"], manifest.CompleteDatabases);
        Assert.Equal("nightly", manifest.Label);
        var till = Assert.IsType<TableDescriptor>(manifest.Objects[1]);
        Assert.Equal(new ColumnType(ColumnKind.Decimal) { Precision = 10, Scale = 2 }, till.Columns[1].Type);
        Assert.Equal("true", till.Properties["strict"]);
        Assert.Equal(new TableFigures(7, 1, 20, 3), Assert.Single(manifest.Statistics));
        Assert.Null(Assert.Single(manifest.SchemaChanges).Descriptor);
    }

    private static async Task WriteAsync(string codec, string? passphrase, string directory)
    {
        var lab = new CollectionLab(passphrase: passphrase) { CompressionName = codec };
        await AddAsync(lab, 10, CollectionLab.TableRequest(), FullRows, Pages(1, 2, 3), null);
        await AddAsync(
            lab,
            20,
            CollectionLab.TableRequest(SpaceCoverage.Changes),
            [LabRow.Deleted(0), LabRow.Of(10, "changed"), LabRow.Of(300, "new")],
            Pages(1, 9),
            null);
        await AddAsync(
            lab,
            30,
            CollectionLab.TableRequest(SpaceCoverage.Full, allVersions: true),
            [LabRow.Of(1, "second", 28), LabRow.Of(1, "first", 25), LabRow.Deleted(2, 26), LabRow.Of(2, "short", 22)],
            Pages(1, 9),
            CollectionLab.At(20));
        foreach (var name in await lab.NamesAsync())
        {
            var path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, await lab.GetAsync(name));
        }
    }

    private static async Task AddAsync(
        CollectionLab lab, double end, SpaceWriteRequest table, List<LabRow> rows, List<LabRow> pages, HlcTimestamp? history)
    {
        var parent = end > 10 ? await lab.LoadLatestAsync() : null;
        var layer = await lab.BeginAsync(end, parent, job: end.ToString(CultureInfo.InvariantCulture));
        var rowSpace = await CollectionLab.WriteAsync(layer, table, rows);
        var coverage = parent is null ? SpaceCoverage.Full : SpaceCoverage.Changes;
        var pageSpace = await CollectionLab.WriteAsync(layer, CollectionLab.PagesRequest(512, pages.Count, coverage), pages);
        var committed = await layer.CommitAsync(layer.DescribeLayer() with
        {
            Targets = "BACKUP DATABASE shop",
            CompleteDatabases = ["shop"],
            Label = "nightly",
            Objects = Objects(),
            Spaces = [rowSpace, pageSpace],
            Statistics = [new TableFigures(7, 1, 20, 3)],
            SchemaChanges = [new SchemaChange(CollectionLab.At(end), 99, null)],
            RevisionStart = history,
        });
        if (parent is null)
            await lab.Collection.Hints.PublishAsync(committed);
    }

    private static ObjectDescriptor[] Objects() =>
    [
        new DatabaseDescriptor { Id = 1, Database = "shop", Name = "shop" },
        new TableDescriptor
        {
            Id = 7,
            Database = "shop",
            Schema = "public",
            Name = "till",
            Ddl = "CREATE TABLE till (id INTEGER PRIMARY KEY, amount DECIMAL(10,2))",
            Columns =
            [
                new ColumnDescriptor { Name = "id", Type = new ColumnType(ColumnKind.Integer), Nullable = false },
                new ColumnDescriptor { Name = "amount", Type = new ColumnType(ColumnKind.Decimal) { Precision = 10, Scale = 2 } },
            ],
            PrimaryKey = ["id"],
            Properties = new Dictionary<string, string> { ["strict"] = "true" },
        },
    ];

    private static async Task<MemoryObjectStore> LoadAsync(string directory)
    {
        var store = new MemoryObjectStore();
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(directory, path).Replace('\\', '/');
            Assert.True(await store.PutIfAbsentAsync(name, await File.ReadAllBytesAsync(path)));
        }

        return store;
    }
}
