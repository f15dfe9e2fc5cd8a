using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Catalog;

namespace Backup.Sql.Sqlite.Tests;

public sealed class CatalogTests : IDisposable
{
    private readonly Cluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task A_table_is_described_as_SQLite_knows_it()
    {
        _cluster.Run(
            "shop",
            "CREATE TABLE customer(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL DEFAULT 'x', g AS (name || 'y'), UNIQUE (name))",
            "CREATE TABLE orders(a INT, b TEXT, c, CHECK (a > (0)), PRIMARY KEY (a, b), "
                + "FOREIGN KEY (a, b) REFERENCES other(x, y) ON DELETE CASCADE ON UPDATE SET NULL, FOREIGN KEY (c) REFERENCES customer)",
            "CREATE INDEX o_c ON orders(c, a) WHERE c IS NOT NULL",
            "CREATE INDEX o_e ON orders(lower(b))",
            "INSERT INTO customer(name) VALUES ('a'), ('b')");
        var tables = await TablesAsync("shop");

        var customer = tables["customer"];
        Assert.Equal(["id", "name"], customer.Columns.Select(column => column.Name));
        Assert.Equal(ColumnKind.Integer, customer.Columns[0].Type.Kind);
        Assert.Equal("TEXT", customer.Columns[1].EngineType);
        Assert.False(customer.Columns[1].Nullable);
        Assert.Equal("'x'", customer.Columns[1].Default);
        Assert.Equal(["id"], customer.PrimaryKey);
        Assert.True(Assert.Single(customer.Indexes).Unique);
        Assert.Equal("2", customer.Properties[SqliteProperties.Sequence]);
        Assert.Equal(2, customer.Counter);
        Assert.Equal(["g"], customer.Computed);

        var orders = tables["orders"];
        Assert.Empty(orders.PrimaryKey);
        Assert.Equal("a > (0)", Assert.Single(orders.Checks));
        // A key that may hold NULL identifies nothing, but no two rows that it does not are alike.
        Assert.Equal(["o_c", "o_e", "sqlite_autoindex_orders_1"], orders.Indexes.Select(index => index.Name).Order());
        var partial = orders.Indexes.Single(index => index.Name == "o_c");
        Assert.Equal(["c", "a"], partial.Columns);
        Assert.Equal("c IS NOT NULL", partial.Predicate);
        Assert.Empty(orders.Indexes.Single(index => index.Name == "o_e").Columns);
        Assert.Equal(["fk_1", "fk_2"], orders.ForeignKeys.Select(key => key.Name));
        Assert.Equal(["x", "y"], orders.ForeignKeys[0].ReferencedColumns);
        Assert.Equal(("CASCADE", "SET NULL"), (orders.ForeignKeys[0].OnDelete, orders.ForeignKeys[0].OnUpdate));
        Assert.Equal("customer", orders.ForeignKeys[1].ReferencedTable);
        Assert.Empty(orders.ForeignKeys[1].ReferencedColumns);
        Assert.Null(orders.ForeignKeys[1].OnDelete);
    }

    [Fact]
    public async Task Views_name_what_they_read_themselves()
    {
        _cluster.Run(
            "shop",
            "CREATE TABLE album(id, artist)",
            "CREATE TABLE artist(id, album)",
            "CREATE VIEW z_first AS WITH artist AS (SELECT 1 AS x) SELECT a.artist, artist.x FROM [album] a, artist",
            "CREATE VIEW a_second AS SELECT * FROM z_first WHERE x IN (SELECT id FROM main.\"artist\")",
            "CREATE VIEW broken AS SELECT * FROM missing");
        await using var catalog = await _cluster.Engine.OpenCatalogAsync(null);
        var objects = await catalog.GetObjectsAsync("shop");
        var names = objects.ToDictionary(descriptor => descriptor.Id, descriptor => descriptor.Name);

        string[] Needs(string view) => [.. objects.Single(descriptor => descriptor.Name == view).DependsOn.Select(id => names[id]).Order()];

        Assert.Equal(["album"], Needs("z_first"));
        Assert.Equal(["artist", "z_first"], Needs("a_second"));
        Assert.Empty(Needs("broken"));
    }

    [Fact]
    public async Task Ids_last_and_differ_between_databases()
    {
        _cluster.Run("a", "CREATE TABLE t(x)");
        _cluster.Run("b", "CREATE TABLE t(x)");
        var before = (await TablesAsync("a"))["t"].Id;
        _cluster.Run("a", "ALTER TABLE t ADD COLUMN y", "CREATE TABLE u(x)", "VACUUM");
        _cluster.Reopen();

        Assert.Equal(before, (await TablesAsync("a"))["t"].Id);
        Assert.NotEqual(before, (await TablesAsync("b"))["t"].Id);
        Assert.True(before > 0);
    }

    [Fact]
    public async Task Tables_of_a_virtual_table_are_no_tables_of_their_own()
    {
        _cluster.Run("shop", "CREATE VIRTUAL TABLE doc USING fts5(a)", "CREATE TABLE doc_other(a)", "INSERT INTO doc VALUES ('x'), ('y')");
        var tables = await TablesAsync("shop");

        Assert.Equal(["doc", "doc_other"], tables.Keys.Order());
        Assert.Equal("fts5", tables["doc"].Properties[SqliteProperties.Module]);
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        Assert.Equal(2, (await snapshot.Catalog.GetStatisticsAsync(tables["doc"])).Rows);
    }

    [Fact]
    public async Task A_catalog_answers_for_the_time_when_it_was_opened()
    {
        _cluster.Run("shop", "CREATE TABLE t(x)");
        await using var catalog = await _cluster.Engine.OpenCatalogAsync(null);
        _cluster.Run("shop", "CREATE TABLE u(x)");

        Assert.Single((await catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>());
    }

    [Fact]
    public async Task A_file_that_is_no_database_spoils_only_itself()
    {
        _cluster.Run("shop", "CREATE TABLE t(x)");
        File.WriteAllText(_cluster.PathOf("junk"), new string('x', 5000));
        await using var catalog = await _cluster.Engine.OpenCatalogAsync(null);

        Assert.Equal(["junk", "shop"], (await catalog.GetDatabasesAsync()).Select(database => database.Name));
        Assert.NotEmpty(await catalog.GetObjectsAsync("SHOP"));
        var error = await Cluster.RefusedAsync("XX001", () => catalog.GetObjectsAsync("junk").AsTask());
        Assert.Contains("junk", error.Message, StringComparison.Ordinal);
        await Cluster.RefusedAsync("XX001", () => _cluster.SnapshotAsync("junk"));
    }

    [Theory]
    [InlineData("shop", "SHOP", true)]
    [InlineData("Ä", "ä", false)]
    [InlineData("a", "ab", false)]
    [InlineData("", "", true)]
    public void Names_compare_ignoring_the_case_of_ASCII_letters(string left, string right, bool equal)
    {
        Assert.Equal(equal, AsciiIgnoreCaseComparer.Instance.Equals(left, right));
        Assert.Equal(equal, AsciiIgnoreCaseComparer.Instance.Compare(left, right) == 0);
        if (equal)
            Assert.Equal(AsciiIgnoreCaseComparer.Instance.GetHashCode(left), AsciiIgnoreCaseComparer.Instance.GetHashCode(right));
    }

    private async Task<Dictionary<string, TableDescriptor>> TablesAsync(string database)
    {
        await using var catalog = await _cluster.Engine.OpenCatalogAsync(null);
        return (await catalog.GetObjectsAsync(database)).OfType<TableDescriptor>().ToDictionary(table => table.Name);
    }
}
