using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Sessions;
using Backup.Sql.Storage;
using Backup.Sql.TestKit;

namespace CsvSample.Tests;

/// <summary>The engine in use.</summary>
public sealed class CsvBackupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("csv-engine-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_database_of_CSV_files_is_backed_up_and_restored()
    {
        // docs: use
        var engine = CsvEngine.Open(_directory);
        await using var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine> { ["csv"] = engine },
            Stores = [new MemoryObjectStoreProvider()],
        });
        var session = host.OpenSession();
        engine.CreateDatabase("shop");
        engine.CreateTable(Goods);
        engine.Change("shop", rows => rows.Insert("goods", 1L, "a \"good\" one, really", 2.5));
        await session.ExecuteAsync("BACKUP DATABASE shop INTO 'mem://depot'");
        engine.Change("shop", rows =>
        {
            rows.Update("goods", [1L], 1L, "a better one\nof two lines", null);
            rows.Insert("goods", 2L, null, double.NegativeInfinity);
        });
        await session.ExecuteAsync("BACKUP DATABASE shop INTO LATEST IN 'mem://depot'");
        await session.ExecuteAsync("RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'copy'");
        // docs: end

        var (shop, copy) = (await EngineContents.ReadAsync(engine, "shop"), await EngineContents.ReadAsync(engine, "copy"));
        Assert.Null(shop.FindDifference(copy));
        Assert.Equal(2, copy.Tables["public.goods"].Count);
        engine.DropTable("shop", "goods");
        await session.ExecuteAsync("RESTORE TABLE shop.goods FROM LATEST IN 'mem://depot'");
        Assert.Null(copy.FindRowDifference(await EngineContents.ReadAsync(engine, "shop")));
    }

    [Fact]
    public async Task What_a_dead_process_had_not_finished_is_gone_and_the_rest_is_there()
    {
        EngineContents before;
        await using (var engine = CsvEngine.Open(_directory))
        {
            engine.CreateDatabase("shop");
            engine.CreateTable(Goods);
            engine.Change("shop", rows => rows.Insert("goods", 1L, "one", 1.0));
            before = await EngineContents.ReadAsync(engine, "shop");
            Assert.Throws<InvalidOperationException>(() => engine.Change("shop", rows =>
            {
                rows.Insert("goods", 2L, "two", 2.0);
                throw new InvalidOperationException();
            }));
            await File.WriteAllTextAsync(Path.Combine(_directory, "99.csv"), "half a fi");
            await File.WriteAllTextAsync(Path.Combine(_directory, "MANIFEST.new"), "{");
        }

        await using var again = CsvEngine.Open(_directory);
        Assert.Null(before.FindDifference(await EngineContents.ReadAsync(again, "shop")));
        Assert.Single(Directory.GetFiles(_directory, "*.csv"));
        Assert.Throws<IOException>(() => CsvEngine.Open(_directory));
    }

    private static TableDescriptor Goods { get; } = new()
    {
        Id = 0,
        Database = "shop",
        Name = "goods",
        Columns =
        [
            new() { Name = "id", Type = new ColumnType(ColumnKind.Integer), Nullable = false },
            new() { Name = "name", Type = new ColumnType(ColumnKind.Text) },
            new() { Name = "price", Type = new ColumnType(ColumnKind.Float) },
        ],
        PrimaryKey = ["id"],
    };
}
