using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.TestKit.Tests.Memory;

public sealed class MemoryEngineTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly MemoryEngine _engine;

    public MemoryEngineTests()
    {
        _engine = new MemoryEngine(new MemoryEngineOptions { TimeProvider = _clock, ClusterId = "test" });
        _engine.CreateDatabase("shop");
    }

    [Fact]
    public void A_committed_row_is_there_and_an_uncommitted_one_is_not()
    {
        var table = CreateCustomers();
        using (var transaction = _engine.BeginTransaction())
        {
            transaction.Insert(table, 1, "Ann");
            Assert.Empty(_engine.ReadAll(table));
            transaction.Commit();
        }

        using (var transaction = _engine.BeginTransaction())
            transaction.Insert(table, 2, "Bob");
        Assert.Equal("1, 'Ann'\n", _engine.Dump(table));
    }

    [Fact]
    public void A_transaction_sees_one_moment_and_its_own_writes()
    {
        var table = CreateCustomers();
        Insert(table, [1, "Ann"]);
        using var transaction = _engine.BeginTransaction();
        Insert(table, [2, "Bob"]);
        transaction.Insert(table, 3, "Cid");
        Assert.Null(transaction.Read(table, 2));
        Assert.Equal([3L, "Cid"], transaction.Read(table, 3));
    }

    [Fact]
    public void Constraints_are_enforced_and_a_refused_commit_changes_nothing()
    {
        var customers = CreateCustomers();
        var orders = CreateOrders();
        Insert(customers, [1, "Ann"]);
        AssertFails("23505", () => Insert(customers, [1, "Bob"]));
        AssertFails("23505", () => Insert(customers, [2, "Ann"]));
        AssertFails("23502", () => Insert(customers, [2, null]));
        AssertFails("23503", () => Insert(orders, [1, 99]));
        Insert(orders, [1, 1], [2, null]);
        AssertFails("23503", () => Delete(customers, 1));
        AssertFails("22023", () => Insert(orders, ["one", 1]));
        AssertFails("22023", () => Insert(orders, [1]));
        Assert.Equal("1, 'Ann'\n", _engine.Dump(customers));
        Assert.Equal("1, 1\n2, NULL\n", _engine.Dump(orders));
        Delete(orders, 1);
        Delete(customers, 1);
    }

    [Fact]
    public void A_unique_value_may_move_from_row_to_row_in_one_transaction()
    {
        var table = CreateCustomers();
        Insert(table, [1, "Ann"], [2, "Bob"]);
        using var transaction = _engine.BeginTransaction();
        transaction.Delete(table, 2);
        transaction.Insert(table, 3, "Bob");
        transaction.Commit();
        Assert.Equal("1, 'Ann'\n3, 'Bob'\n", _engine.Dump(table));
    }

    [Fact]
    public void Rows_without_a_primary_key_have_numbers()
    {
        var table = _engine.Create(new TableBuilder("shop", "log").Column("line", ColumnKind.Text).Build());
        using var transaction = _engine.BeginTransaction();
        Assert.Equal(1, transaction.Insert(table, "a"));
        Assert.Equal(2, transaction.Insert(table, "a"));
        Assert.True(transaction.Delete(table, 1L));
        Assert.True(transaction.Update(table, [2L], ["b"]));
        transaction.Commit();
        Assert.Equal("'b'\n", _engine.Dump(table));
    }

    [Fact]
    public async Task The_catalog_is_versioned()
    {
        var table = CreateCustomers();
        var before = await _engine.GetCurrentTimeAsync();
        _engine.Drop(table);
        var after = await _engine.GetCurrentTimeAsync();
        AssertFails("42P01", () => _engine.Table("shop", "customers"));
        Assert.Contains("customers", await NamesAsync(before));
        Assert.DoesNotContain("customers", await NamesAsync(after));
        Assert.Equal("", _engine.Dump(table, before));
    }

    [Fact]
    public async Task Objects_of_every_kind_are_listed_after_what_they_depend_on()
    {
        var colour = _engine.Create(new TypeDescriptor
        {
            Id = 0, Database = "shop", Schema = "public", Name = "colour", Members = ["red", "blue"],
        });
        var table = _engine.Create(new TableBuilder("shop", "paint")
            .Column("id", ColumnKind.Integer)
            .Column("colour", new ColumnType(ColumnKind.UserDefined) { TypeId = colour.Id })
            .PrimaryKey("id").Build());
        var sequence = _engine.Create(new SequenceDescriptor
        {
            Id = 0, Database = "shop", Schema = "public", Name = "paint_id",
            Value = 1, OwnerTable = table.Id, OwnerColumn = "id",
        });
        var view = _engine.Create(new ViewDescriptor
        {
            Id = 0, Database = "shop", Schema = "public", Name = "all_paint", DependsOn = [table.Id],
            Properties = new Dictionary<string, string> { ["body"] = "AS SELECT * FROM paint" },
        });
        _engine.Create(new FunctionDescriptor
        {
            Id = 0, Database = "shop", Schema = "public", Name = "mix", DependsOn = [colour.Id],
        });
        _engine.Create(
            new TriggerDescriptor { Id = 0, Database = "shop", Schema = "public", Name = "dry", TableId = table.Id });

        Assert.Equal(["public", "colour", "mix", "paint_id", "paint", "all_paint", "dry"], await NamesAsync(null));
        AssertFails("22023", () => Insert(table, [1, "green"]));
        Insert(table, [_engine.NextValue(sequence), "red"], [_engine.NextValue(sequence), "blue"]);
        Assert.Equal("1, 'red'\n2, 'blue'\n", _engine.Dump(table));
        AssertFails("2BP01", () => _engine.Drop(table));
        AssertFails("2BP01", () => _engine.Drop(colour));
        _engine.Drop(view);
        _engine.Drop(table);
        Assert.Equal(["public", "colour", "mix"], await NamesAsync(null));
    }

    [Fact]
    public async Task Statements_that_make_objects_follow_their_descriptors()
    {
        CreateCustomers();
        var orders = CreateOrders();
        _engine.Alter(orders with { Name = "purchases" });
        await using var catalog = await _engine.OpenCatalogAsync(null);
        var ddl = (await catalog.GetObjectsAsync("shop")).Select(o => o.Ddl).ToList();
        Assert.Equal(
            "CREATE TABLE public.purchases (\n  id INTEGER,\n  customer INTEGER,\n  PRIMARY KEY (id),\n"
            + "  CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES public.customers\n)",
            ddl[^1]);
    }

    [Fact]
    public void Names_are_taken_once_and_places_must_exist()
    {
        CreateCustomers();
        AssertFails("42P07", () => CreateCustomers());
        AssertFails("42P04", () => _engine.CreateDatabase("shop"));
        AssertFails("3D000", () => _engine.Create(new TableBuilder("nowhere", "t").Build()));
        AssertFails("3F000", () => _engine.Create(new TableBuilder("shop", "t", "nowhere").Build()));
        AssertFails("42704", () => _engine.Create(new TableBuilder("shop", "t").PrimaryKey("nothing").Build()));
    }

    [Fact]
    public void A_new_unique_index_over_equal_rows_is_refused()
    {
        var orders = CreateOrders(references: false);
        Insert(orders, [1, 7], [2, 7]);
        AssertFails("23505", () => _engine.Alter(
            orders with
            {
                Indexes = [new IndexDescriptor { Name = "one_each", Columns = ["customer"], Unique = true }],
            }));
        Insert(orders, [3, 7]);
    }

    [Fact]
    public void Rows_of_a_partitioned_table_need_a_partition()
    {
        var table = _engine.Create(new TableBuilder("shop", "sales")
            .Column("id", ColumnKind.Integer).Column("region", ColumnKind.Text)
            .PrimaryKey("id").PartitionBy("region", "east", "west").Build());
        Insert(table, [1, "east"]);
        AssertFails("42704", () => Insert(table, [2, "north"]));
    }

    [Fact]
    public async Task A_row_that_moves_to_another_partition_is_deleted_in_the_first()
    {
        var table = _engine.Create(new TableBuilder("shop", "sales")
            .Column("id", ColumnKind.Integer).Column("region", ColumnKind.Text)
            .PrimaryKey("id").PartitionBy("region", "east", "west").Build());
        Insert(table, [1, "east"], [2, "west"]);
        await using var first = await _engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] });
        using (var transaction = _engine.BeginTransaction())
        {
            transaction.Update(table, [1L], [1, "west"]);
            transaction.Commit();
        }

        await using var second = await _engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] });
        var window = new ExportWindow { Start = first.Timestamp };
        var east = new CollectedRows();
        var west = new CollectedRows();
        var space = new TableSpace("shop", table.Id);
        await second.ExportAsync(space with { Partition = "east" }, KeySpan.All, window, east);
        await second.ExportAsync(space with { Partition = "west" }, KeySpan.All, window, west);
        Assert.Null(Assert.Single(east.Rows).Value);
        Assert.NotNull(Assert.Single(west.Rows).Value);
    }

    [Fact]
    public async Task Two_runs_on_the_same_clock_are_equal()
    {
        async Task<string> RunAsync()
        {
            var engine = new MemoryEngine(
                new MemoryEngineOptions { TimeProvider = new ManualTimeProvider(), ClusterId = "c" });
            engine.CreateDatabase("d");
            var table = engine.Create(
                new TableBuilder("d", "t").Column("id", ColumnKind.Integer).PrimaryKey("id").Build());
            using var transaction = engine.BeginTransaction();
            transaction.Insert(table, 1);
            var commit = transaction.Commit();
            await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["d"] });
            return $"{table.Id} {commit} {snapshot.Timestamp} {engine.Dump(table)}";
        }

        Assert.Equal(await RunAsync(), await RunAsync());
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_turn_history_around()
    {
        var table = CreateCustomers();
        Insert(table, [1, "Ann"]);
        var before = await _engine.GetCurrentTimeAsync();
        _clock.SetUtcNow(_clock.GetUtcNow().AddHours(-5));
        Insert(table, [2, "Bob"]);
        Assert.True(await _engine.GetCurrentTimeAsync() > before);
        Assert.Equal("1, 'Ann'\n", _engine.Dump(table, before));
    }

    [Fact]
    public async Task An_open_snapshot_outlives_the_collection_of_garbage()
    {
        var table = CreateCustomers();
        Insert(table, [1, "Ann"]);
        await using var snapshot = await _engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] });
        Delete(table, 1);
        _engine.Drop(table);
        _clock.Advance(TimeSpan.FromDays(3));
        _engine.CollectGarbage();
        Assert.Equal(1, (await EngineContents.ReadTableAsync(snapshot, table)).Count);
    }

    [Fact]
    public async Task A_window_whose_deletions_are_forgotten_is_refused()
    {
        var table = CreateCustomers();
        Insert(table, [1, "Ann"]);
        var start = await _engine.GetCurrentTimeAsync();
        Delete(table, 1);
        _clock.Advance(TimeSpan.FromDays(3));
        _engine.CollectGarbage();
        await using var snapshot = await _engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["shop"] });
        var error = await Assert.ThrowsAsync<BackupSqlException>(() => snapshot.ExportAsync(
            new TableSpace("shop", table.Id),
            KeySpan.All,
            new ExportWindow { Start = start },
            new CollectedRows()).AsTask());
        Assert.Equal(SqlStates.TimeOutOfRange, error.SqlState);
    }

    [Fact]
    public async Task What_another_engine_wrote_in_its_own_SQL_is_left_out_and_noted()
    {
        var table = CreateOrders(references: false);
        var source = table with
        {
            Id = 7,
            Name = "foreign_orders",
            Checks = ["customer > 0"],
            Indexes = [new IndexDescriptor { Name = "some", Columns = ["customer"], Predicate = "id > 3" }],
        };
        var view = new ViewDescriptor { Id = 8, Database = "shop", Schema = "public", Name = "v", DependsOn = [7] };
        await using var restore = await _engine.BeginRestoreAsync(new RestoreRequest { Id = "r" });
        await restore.CreateAsync(
            [new(source, source) { SourceEngine = "sqlite" }, new(view, view) { SourceEngine = "sqlite" }]);
        await restore.CompleteAsync();
        await restore.PublishAsync();
        Assert.Equal(
            [
                "Index some of table shop.public.foreign_orders was left out: it is partial or over expressions.",
                "The checks of table shop.public.foreign_orders were left out.",
                "view shop.public.v was left out: it is written in the SQL of sqlite.",
            ],
            restore.Notices);
        Assert.DoesNotContain("v", await NamesAsync(null));
    }

    [Fact]
    public async Task References_of_another_engine_may_be_spelled_in_another_case()
    {
        var parent = new TableBuilder("shop", "Artists")
            .Column("Id", ColumnKind.Integer).PrimaryKey("id").Build() with { Id = 1 };
        var child = new TableBuilder("shop", "albums")
            .Column("id", ColumnKind.Integer).Column("Artist", ColumnKind.Integer)
            .PrimaryKey("id").ForeignKey("ARTISTS", "artist").Build() with { Id = 2 };
        await using var restore = await _engine.BeginRestoreAsync(new RestoreRequest { Id = "r" });
        await restore.CreateAsync(
            [new(parent, parent) { SourceEngine = "sqlite" }, new(child, child) { SourceEngine = "sqlite" }]);
        await restore.CompleteAsync();
        await restore.PublishAsync();
        Insert(_engine.Table("shop", "Artists"), [1]);
        Insert(_engine.Table("shop", "albums"), [1, 1]);
        AssertFails("23503", () => Insert(_engine.Table("shop", "albums"), [2, 9]));
    }

    [Fact]
    public async Task A_restore_renumbers_what_refers_to_each_other()
    {
        var source = new MemoryEngine(new MemoryEngineOptions { TimeProvider = _clock });
        source.CreateDatabase("pad"); // shifts the ids
        source.CreateDatabase("shop");
        var type = source.Create(
            new TypeDescriptor { Id = 0, Database = "shop", Schema = "public", Name = "mood", Members = ["ok"] });
        var table = source.Create(new TableBuilder("shop", "people")
            .Column("id", ColumnKind.Integer)
            .Column("mood", new ColumnType(ColumnKind.UserDefined) { TypeId = type.Id }).PrimaryKey("id").Build());
        source.Create(
            new TriggerDescriptor { Id = 0, Database = "shop", Schema = "public", Name = "smile", TableId = table.Id });
        var sequence = source.Create(new SequenceDescriptor
        {
            Id = 0, Database = "shop", Schema = "public", Name = "people_id", OwnerTable = table.Id, OwnerColumn = "id",
        });
        source.NextValue(sequence);
        var before = await EngineContents.ReadAsync(source, "shop");
        await using (var catalog = await source.OpenCatalogAsync(null))
        await using (
            var restore = await _engine.BeginRestoreAsync(new RestoreRequest { Id = "r", NewDatabases = ["copy"] }))
        {
            await restore.CreateAsync([.. (await catalog.GetObjectsAsync("shop")).Select(
                o => new ObjectRestore(o, o with { Database = "copy" }) { SourceEngine = "memory" })]);
            await restore.CompleteAsync();
            await restore.PublishAsync();
        }

        Assert.Null(before.FindDifference(await EngineContents.ReadAsync(_engine, "copy")));
        AssertFails("22023", () => Insert(_engine.Table("copy", "people"), [1, "bad"]));
    }

    [Fact]
    public async Task An_empty_built_in_database_is_replaced_and_a_used_one_is_not()
    {
        var engine = new MemoryEngine(new MemoryEngineOptions { BuiltInDatabases = ["defaultdb"] });
        var request = new RestoreRequest { Id = "r", NewDatabases = ["defaultdb"] };
        await using (var restore = await engine.BeginRestoreAsync(request))
        {
            await restore.CompleteAsync();
            await restore.PublishAsync();
        }

        engine.Create(new TableBuilder("defaultdb", "t").Column("id", ColumnKind.Integer).Build());
        await AssertFailsAsync("42P04", async () => await engine.BeginRestoreAsync(request));
    }

    [Fact]
    public async Task Calls_of_a_restore_out_of_order_are_refused()
    {
        await using var restore = await _engine.BeginRestoreAsync(
            new RestoreRequest { Id = "r", NewDatabases = ["copy"] });
        await AssertFailsAsync("55000", () => restore.PublishAsync().AsTask());
        await restore.CompleteAsync();
        await AssertFailsAsync("55000", () => restore.CreateAsync([]).AsTask());
        await restore.PublishAsync();
        await AssertFailsAsync("55000", () => restore.PublishAsync().AsTask());
    }

    [Fact]
    public void Half_of_an_ability_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new MemoryEngine(
            new MemoryEngineOptions { Capabilities = EngineCapabilities.RevisionHistory }));
        Assert.Throws<ArgumentException>(() => new MemoryEngine(
            new MemoryEngineOptions { Capabilities = EngineCapabilities.PageSpaces }));
    }

    [Fact]
    public void Values_of_any_kind_come_back_from_a_column_of_any_kind()
    {
        var table = _engine.Create(new TableBuilder("shop", "bag").Column("v", ColumnKind.Any).Build());
        object?[] values =
        [
            null, true, 7L, -0.5, "x", 1.50m, new DateOnly(2026, 1, 2), new TimeOnly(3, 4),
            new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), new IntervalValue(1, 2, 3),
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new DateTime(2026, 1, 2),
        ];
        Insert(table, [.. values.Select(value => new[] { value })]);
        Assert.Equal(
            values.Select(value => value is decimal ? "1.50" : value), _engine.ReadAll(table).Select(row => row[0]));
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private TableDescriptor CreateCustomers() => _engine.Create(new TableBuilder("shop", "customers")
        .Column("id", ColumnKind.Integer).Column("name", ColumnKind.Text, nullable: false)
        .PrimaryKey("id").UniqueIndex("customers_name", "name").Build());

    private TableDescriptor CreateOrders(bool references = true)
    {
        var table = new TableBuilder("shop", "orders")
            .Column("id", ColumnKind.Integer).Column("customer", ColumnKind.Integer).PrimaryKey("id");
        return _engine.Create((references ? table.ForeignKey("customers", "customer") : table).Build());
    }

    private void Insert(TableDescriptor table, params object?[][] rows)
    {
        using var transaction = _engine.BeginTransaction();
        foreach (var row in rows)
            transaction.Insert(table, row);
        transaction.Commit();
    }

    private void Delete(TableDescriptor table, long id)
    {
        using var transaction = _engine.BeginTransaction();
        Assert.True(transaction.Delete(table, id));
        transaction.Commit();
    }

    private async Task<IReadOnlyList<string>> NamesAsync(HlcTimestamp? time)
    {
        await using var catalog = await _engine.OpenCatalogAsync(time);
        return [.. (await catalog.GetObjectsAsync("shop")).Select(o => o.Name)];
    }

    private static void AssertFails(string sqlState, Action action) =>
        Assert.Equal(sqlState, Assert.Throws<BackupSqlException>(action).SqlState);

    private static async Task AssertFailsAsync(string sqlState, Func<Task> action) =>
        Assert.Equal(sqlState, (await Assert.ThrowsAsync<BackupSqlException>(action)).SqlState);
}
