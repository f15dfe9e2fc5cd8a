using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Tests;

public sealed class TableRestoreTests : IDisposable
{
    private readonly Cluster _cluster = new();

    public TableRestoreTests() => _cluster.Run(
        "shop",
        "PRAGMA journal_mode=WAL",
        "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INT CONSTRAINT c REFERENCES customer(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, "
            + "parent REFERENCES orders, FOREIGN KEY (customer) REFERENCES customer(id) ON UPDATE NO ACTION)",
        "CREATE INDEX by_customer ON orders(customer)",
        "CREATE TRIGGER count_up AFTER INSERT ON orders BEGIN INSERT INTO customer(name) SELECT 'made by a trigger' FROM orders LIMIT 1; END",
        "INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bob')",
        "INSERT INTO orders VALUES (10, 1, NULL)",
        "INSERT INTO orders VALUES (11, 2, 10)",
        "DELETE FROM customer WHERE id > 2");

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task Restored_tables_stand_beside_others_in_an_existing_database()
    {
        _cluster.Run("other", "PRAGMA journal_mode=WAL", "CREATE TABLE mine(a)", "INSERT INTO mine VALUES (1)");

        await _cluster.CopyRowsAsync("shop", "other", Without<DatabaseDescriptor>);

        Assert.Equal(_cluster.Dump("shop", "orders"), _cluster.Dump("other", "orders"));
        Assert.Equal(_cluster.Dump("shop", "customer"), _cluster.Dump("other", "customer"));
        Assert.Equal(["I:1|I:1"], _cluster.Dump("other", "mine"));
        _cluster.Run("other", "PRAGMA foreign_keys=ON", "INSERT INTO orders VALUES (12, 1, NULL)");
        Assert.Equal("I:3", _cluster.Single("other", "SELECT count(*) FROM customer"));
        _cluster.AssertSound("other");
    }

    [Fact]
    public async Task A_renamed_table_takes_indexes_triggers_and_its_own_references_along()
    {
        var notices = await _cluster.CopyRowsAsync("shop", "shop", source => source switch
        {
            TableDescriptor { Name: "orders" } table => table with
            {
                Name = "orders 2",
                ForeignKeys = [.. table.ForeignKeys.Select(key => key.ReferencedTable == "orders" ? key with { ReferencedTable = "orders 2" } : key)],
            },
            TriggerDescriptor => source,
            _ => null,
        });

        Assert.Equal(2, notices.Count);
        Assert.Contains(notices, notice => notice.Contains("by_customer_orders 2", StringComparison.Ordinal));
        Assert.Equal(_cluster.Dump("shop", "orders"), _cluster.Dump("shop", "orders 2"));
        var keys = _cluster.Query("shop", "SELECT \"table\" FROM pragma_foreign_key_list('orders 2') ORDER BY id");
        Assert.Equal(["customer", "orders 2", "customer"], keys.Select(Decode));
        Assert.Contains("\"orders 2\"", _cluster.ReadText("shop", "SELECT sql FROM sqlite_master WHERE name = 'count_up_orders 2'"), StringComparison.Ordinal);
        _cluster.Run("shop", "INSERT INTO \"orders 2\" VALUES (12, 1, 10)", "PRAGMA foreign_key_check");
        Assert.Equal("I:2", _cluster.Single("shop", "SELECT count(*) FROM orders"));
        _cluster.AssertSound("shop");
    }

    [Fact]
    public async Task A_dropped_foreign_key_is_gone_from_the_statement()
    {
        await _cluster.CopyRowsAsync("shop", "copy", source => source switch
        {
            TableDescriptor { Name: "orders" } table => table with
            {
                ForeignKeys = [.. table.ForeignKeys.Where(key => key.ReferencedTable == "orders")],
            },
            DatabaseDescriptor => source,
            _ => null,
        });

        Assert.Equal("orders", Decode(_cluster.Single("copy", "SELECT \"table\" FROM pragma_foreign_key_list('orders')")));
        Assert.Equal(
            "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INT , parent REFERENCES orders)",
            _cluster.ReadText("copy", "SELECT sql FROM sqlite_master WHERE name = 'orders'"));
        Assert.Equal(_cluster.Dump("shop", "orders"), _cluster.Dump("copy", "orders"));
    }

    [Fact]
    public async Task Rows_that_refer_to_nothing_are_named_and_nothing_is_published()
    {
        _cluster.Run("shop", "PRAGMA foreign_keys=OFF", "UPDATE orders SET customer = 77 WHERE id = 11");
        _cluster.Run("other", "PRAGMA journal_mode=WAL", "CREATE TABLE mine(a)");

        var error = await Cluster.RefusedAsync(
            "23503", () => _cluster.CopyRowsAsync("shop", "other", Without<DatabaseDescriptor>));

        Assert.Contains("rowid 11", error.Detail, StringComparison.Ordinal);
        Assert.Equal("I:1", _cluster.Single("other", "SELECT count(*) FROM sqlite_master"));
        await _cluster.CopyRowsAsync("shop", "other", Without<DatabaseDescriptor>, skipCheck: true);
        Assert.Equal(_cluster.Dump("shop", "orders"), _cluster.Dump("other", "orders"));
    }

    [Fact]
    public async Task A_table_that_exists_is_refused()
    {
        var error = await Cluster.RefusedAsync("42P07", () => _cluster.CopyRowsAsync("shop", "shop", Without<DatabaseDescriptor>));

        Assert.Contains("customer", error.Message, StringComparison.Ordinal);
        _cluster.AssertSound("shop");
    }

    [Fact]
    public async Task Nothing_is_seen_before_publication_and_nothing_stays_after_disposal()
    {
        _cluster.Run("other", "PRAGMA journal_mode=WAL", "CREATE TABLE mine(a)");
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().First();
        var rows = await Cluster.ExportAsync(snapshot, new TableSpace("shop", table.Id), 4096);
        var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x" });

        await restore.CreateAsync([new ObjectRestore(table, table with { Database = "other" }) { SourceEngine = "sqlite" }]);
        await restore.IngestAsync(new TableSpace("other", table.Id), new SpaceShape(), new RowFeeder(rows));
        await restore.CompleteAsync();
        Assert.Equal("I:1", _cluster.Single("other", "SELECT count(*) FROM sqlite_master"));
        await restore.DisposeAsync();

        Assert.Equal("I:1", _cluster.Single("other", "SELECT count(*) FROM sqlite_master"));
        _cluster.Run("other", "INSERT INTO mine VALUES (2)");
    }

    [Fact]
    public async Task Two_existing_databases_are_refused_together()
    {
        _cluster.Run("a", "CREATE TABLE mine(x)");
        _cluster.Run("b", "CREATE TABLE mine(x)");
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var tables = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().ToList();
        await using var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x" });

        await Cluster.RefusedAsync("0A000", () => restore.CreateAsync(
        [
            new ObjectRestore(tables[0], tables[0] with { Database = "a" }) { SourceEngine = "sqlite" },
            new ObjectRestore(tables[1], tables[1] with { Database = "b" }) { SourceEngine = "sqlite" },
        ]).AsTask());
    }

    [Fact]
    public async Task A_row_of_another_shape_is_refused()
    {
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().First();
        await using var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = ["copy"] });
        await restore.CreateAsync([new ObjectRestore(table, table with { Database = "copy" }) { SourceEngine = "sqlite" }]);

        await Cluster.RefusedAsync("XX001", () => restore.IngestAsync(
            new TableSpace("copy", table.Id), new SpaceShape(), new RowFeeder([([0x18], [3, 9, 9, 9])])).AsTask());
    }

    [Fact]
    public async Task Tables_of_another_engine_become_tables_of_SQLite()
    {
        using var record = new RecordWriter();
        record.Reset();
        record.WriteInteger(7);
        record.WriteDecimal(12.50m);
        record.WriteBoolean(true);
        record.WriteUuid(new Guid("00112233-4455-6677-8899-aabbccddeeff"));
        record.WriteTimestampTz(1_000_001);
        record.WriteDate(-1);
        record.WriteInterval(new IntervalValue(14, 3, -1_500_000));
        record.WriteTime(86_399_999_999);
        var row = record.Finish().ToArray();
        ColumnKind[] kinds =
        [
            ColumnKind.Integer, ColumnKind.Decimal, ColumnKind.Boolean, ColumnKind.Uuid, ColumnKind.TimestampTz,
            ColumnKind.Date, ColumnKind.Interval, ColumnKind.Time,
        ];
        var table = new TableDescriptor
        {
            Id = 5,
            Database = "copy",
            Schema = "public",
            Name = "things",
            Columns = [.. kinds.Select((kind, i) => new ColumnDescriptor { Name = $"c{i}", Type = new ColumnType(kind), Nullable = i > 0 })],
            PrimaryKey = ["c0"],
            Indexes = [new IndexDescriptor { Name = "ix", Columns = ["c1", "c2"], Unique = true }],
        };
        var restore = await _cluster.Engine.BeginRestoreAsync(new RestoreRequest { Id = "x", NewDatabases = ["copy"] });
        await using (restore)
        {
            await restore.CreateAsync([new ObjectRestore(table, table) { SourceEngine = "memory" }]);
            await restore.IngestAsync(new TableSpace("copy", 5), new SpaceShape(), new RowFeeder([([0x19, 7], row)]));
            await restore.CompleteAsync();
            await restore.PublishAsync();
        }

        Assert.NotEmpty(restore.Notices);
        var values = _cluster.Single("copy", "SELECT * FROM things").Split('|');
        Assert.Equal("I:7", values[0]);
        Assert.Equal("I:1", values[2]);
        Assert.Equal(
            ["12.50", "00112233-4455-6677-8899-aabbccddeeff", "1970-01-01 00:00:01.000001+00:00", "1969-12-31", "P14M3DT-1.500000S", "23:59:59.999999"],
            values.Where(value => value[0] == 'T').Select(Decode));
        Assert.Equal("I:1", _cluster.Single("copy", "SELECT \"unique\" FROM pragma_index_list('things')"));
    }

    private static ObjectDescriptor? Without<T>(ObjectDescriptor source) => source is T ? null : source;

    private static string Decode(string shown) => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(shown[2..]));
}
