using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Rows;

namespace Backup.Sql.Sqlite.Tests;

public sealed class RowRoundTripTests : IDisposable
{
    private readonly Cluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    public static TheoryData<string, string[]> Traps => new()
    {
        {
            "every storage class in every column",
            [
                "CREATE TABLE t(a INTEGER, b TEXT, c REAL, d BLOB, e NUMERIC, f)",
                "INSERT INTO t VALUES (1, 'x', 2.5, x'00ff', 7, NULL), ('text', x'41', 'y', 3, x'', 'q'), "
                    + "(x'00', 12, x'01', 'z', 1.5, 9223372036854775807), (NULL, NULL, NULL, NULL, NULL, -9223372036854775808), "
                    + "(2.0, 3.0, 4, 5.0, 6.0, 7.0), ('', '', '', '', '', '')",
            ]
        },
        { "zero bytes in text", ["CREATE TABLE t(a TEXT, b)", "INSERT INTO t VALUES ('a' || char(0) || 'b', 'x' || char(0)), (char(0), char(0, 0))"] },
        { "invalid UTF-8", ["CREATE TABLE t(a TEXT, b)", "INSERT INTO t VALUES (CAST(x'ff41fe' AS TEXT), CAST(x'c3' AS TEXT)), (CAST(x'eda080' AS TEXT), CAST(x'efbbbf41' AS TEXT))"] },
        { "infinities, NaN and negative zero", ["CREATE TABLE t(a REAL, b)", "INSERT INTO t VALUES (9e999, -9e999), (9e999 - 9e999, -0.0), (4.9e-324, 1.7976931348623157e308), (0.1, 1e15)"] },
        { "integers of every length", ["CREATE TABLE t(a)", "INSERT INTO t VALUES (0), (1), (-1), (127), (-128), (128), (32767), (32768), (8388607), (8388608), (2147483647), (2147483648), (140737488355327), (140737488355328), (-140737488355329)"] },
        { "generated columns", ["CREATE TABLE t(a INTEGER PRIMARY KEY, b, v AS (b * 2) VIRTUAL, s AS (b * 3) STORED, c)", "INSERT INTO t(a, b, c) VALUES (1, 2, 'x'), (2, NULL, 'y'), (5, 7, NULL)"] },
        { "rowids with gaps and negative ones", ["CREATE TABLE t(a)", "INSERT INTO t(rowid, a) VALUES (-5, 'n'), (9223372036854775807, 'max'), (-9223372036854775808, 'min'), (300, 'g')"] },
        { "NULLs in a primary key", ["CREATE TABLE t(a TEXT, b INT, PRIMARY KEY (a, b))", "INSERT INTO t VALUES (NULL, NULL), (NULL, NULL), ('a', NULL), ('a', 1)"] },
        { "the INTEGER PRIMARY KEY DESC that is no rowid", ["CREATE TABLE t(a INTEGER PRIMARY KEY DESC, b)", "INSERT INTO t VALUES (5, 'x'), (3, 'y')"] },
        { "AUTOINCREMENT", ["CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b)", "INSERT INTO t(b) VALUES ('x'), ('y'), ('z')", "DELETE FROM t WHERE a = 3"] },
        { "columns that are named like the rowid", ["CREATE TABLE t(rowid, oid, x)", "INSERT INTO t(_rowid_, rowid, oid, x) VALUES (40, 1, 2, 3), (50, 4, 5, 6)"] },
        { "columns added later", ["CREATE TABLE t(a)", "INSERT INTO t VALUES (1), (2)", "ALTER TABLE t ADD COLUMN b DEFAULT 'new'", "ALTER TABLE t ADD COLUMN c REAL DEFAULT 5", "INSERT INTO t VALUES (3, 'x', 1)"] },
        { "long values", ["CREATE TABLE t(a, b)", "INSERT INTO t VALUES (hex(zeroblob(70000)), zeroblob(300000)), (zeroblob(0), zeroblob(1))"] },
        { "quoted names", ["CREATE TABLE t(\"a b\", \"sel\"\"ect\", `back`, [brack et], 'apo')", "INSERT INTO t VALUES (1, 2, 3, 4, 5)"] },
        { "a constraint that the rows break", ["CREATE TABLE t(a CHECK (a > 0), b)", "PRAGMA ignore_check_constraints=ON", "INSERT INTO t VALUES (-1, 'x')"] },
        { "a conflict clause that would swallow rows", ["CREATE TABLE t(a UNIQUE ON CONFLICT REPLACE, b)", "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (NULL, 'z'), (NULL, 'w')"] },
        { "no rows", ["CREATE TABLE t(a, b)"] },
    };

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task Rows_come_back_exactly(string trap, string[] statements)
    {
        Assert.NotEmpty(trap);
        _cluster.Run("shop", statements);

        await _cluster.CopyRowsAsync("shop", "copy");

        var rowId = trap.StartsWith("columns that", StringComparison.Ordinal) ? "_rowid_, " : "rowid, ";
        Assert.Equal(_cluster.Dump("shop", "t", rowId), _cluster.Dump("copy", "t", rowId));
        Assert.Equal(Schema("shop"), Schema("copy"));
    }

    [Theory]
    [InlineData("UTF-16le")]
    [InlineData("UTF-16be")]
    public async Task Texts_of_a_database_in_UTF_16_come_back_exactly(string encoding)
    {
        _cluster.Run(
            "shop",
            $"PRAGMA encoding='{encoding}'",
            "CREATE TABLE t(a TEXT, b)",
            "INSERT INTO t VALUES ('grün', 'x' || char(0) || 'y'), (char(128512), ''), (char(65279) || 'bom', x'fffe41'), ('1', 2)",
            "CREATE TABLE k(a TEXT PRIMARY KEY, b) WITHOUT ROWID",
            "INSERT INTO k VALUES ('ä', 1), (char(65535), 2), (char(65536), 3), ('z', 4)");

        await _cluster.CopyRowsAsync("shop", "copy");

        Assert.Equal(_cluster.Dump("shop", "t"), _cluster.Dump("copy", "t"));
        Assert.Equal(_cluster.Dump("shop", "k", ""), _cluster.Dump("copy", "k", ""));
        Assert.Equal(encoding, _cluster.ReadText("copy", "PRAGMA encoding"));
    }

    [Theory]
    [InlineData("UTF-16le", "00d84100")]
    [InlineData("UTF-16be", "d8000041")]
    [InlineData("UTF-16le", "4100dc")]
    public async Task Malformed_UTF_16_comes_back_exactly(string encoding, string hex)
    {
        _cluster.Run(
            "shop",
            $"PRAGMA encoding='{encoding}'",
            "CREATE TABLE t(a, b)",
            $"INSERT INTO t VALUES (CAST(x'{hex}' AS TEXT), 'b'), ('well', 'formed'), (1, CAST(x'{hex}' AS TEXT))");
        Assert.Equal($"T:{hex}", _cluster.Single("shop", "SELECT a FROM t WHERE rowid = 1"));
        await _cluster.CopyRowsAsync("shop", "copy");

        Assert.Equal(_cluster.Dump("shop", "t"), _cluster.Dump("copy", "t"));
    }

    [Theory]
    [InlineData("CREATE TABLE t(a TEXT, b INT, c, PRIMARY KEY (a, b)) WITHOUT ROWID", true)]
    [InlineData("CREATE TABLE t(b INT, c, a TEXT, PRIMARY KEY (a COLLATE NOCASE DESC, b)) WITHOUT ROWID", false)]
    [InlineData("CREATE TABLE t(c, a TEXT PRIMARY KEY, b INT) WITHOUT ROWID", true)]
    [InlineData("CREATE TABLE t(c, a TEXT, b INT, PRIMARY KEY (a, b, a)) WITHOUT ROWID, STRICT", true)]
    public async Task Tables_without_rowid_come_back_exactly(string ddl, bool ordered)
    {
        if (ddl.Contains("STRICT", StringComparison.Ordinal))
            ddl = ddl.Replace(", STRICT", string.Empty, StringComparison.Ordinal);
        _cluster.Run(
            "shop",
            ddl,
            "INSERT INTO t(a, b, c) VALUES ('b', 1, 'x'), ('B2', 2, NULL), ('a', -7, x'00'), (x'61', 3, 'blob key'), (5, 4, 5.5), (5.5, 5, '')");
        await using (var snapshot = await _cluster.SnapshotAsync("shop"))
        {
            var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().Single();
            var shape = await snapshot.DescribeAsync(new TableSpace("shop", table.Id));
            Assert.Equal(ordered, shape.Ordered);
            Assert.True(shape.StableKeys);
            var keys = (await Cluster.ExportAsync(snapshot, new TableSpace("shop", table.Id), 4096)).Select(row => row.Key).ToList();
            if (ordered)
                Assert.Equal(keys.OrderBy(Convert.ToHexString, StringComparer.Ordinal), keys);
        }

        await _cluster.CopyRowsAsync("shop", "copy");

        Assert.Equal(_cluster.Query("shop", "SELECT a, b, c FROM t"), _cluster.Query("copy", "SELECT a, b, c FROM t"));
        Assert.Equal(Schema("shop"), Schema("copy"));
        _cluster.AssertSound("copy");
    }

    [Fact]
    public async Task Spans_cover_every_row_once_in_ascending_order()
    {
        _cluster.Run(
            "shop",
            "PRAGMA page_size=512",
            "PRAGMA journal_mode=WAL",
            "CREATE TABLE t(a INTEGER PRIMARY KEY, b)",
            "WITH RECURSIVE n(i) AS (SELECT -5000 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT i * i * i, hex(randomblob(i % 50)) FROM n WHERE i % 3 = 0");
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().Single();
        var space = new TableSpace("shop", table.Id);

        var spans = await snapshot.SplitAsync(space, 20_000);
        var rows = await Cluster.ExportAsync(snapshot, space, 20_000);
        var statistics = await snapshot.Catalog.GetStatisticsAsync(table);
        var shape = await snapshot.DescribeAsync(space);

        Assert.InRange(spans.Count, 5, 60);
        Assert.Equal(statistics.Rows, rows.Count);
        Assert.InRange(shape.EstimatedRows, statistics.Rows / 2, statistics.Rows * 2);
        Assert.Equal(shape.EstimatedBytes, statistics.Bytes);
        for (var i = 1; i < rows.Count; i++)
            Assert.True(rows[i - 1].Key.AsSpan().SequenceCompareTo(rows[i].Key) < 0);
        Assert.Equal(
            _cluster.Query("shop", "SELECT a FROM t ORDER BY a").Select(value => long.Parse(value[2..])),
            rows.Select(row => RowIdOf(row.Key)));
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task Rows_come_back_exactly_through_the_provider_alone(string trap, string[] statements)
    {
        Assert.NotEmpty(trap);
        _cluster.UseProviderAlone();
        _cluster.Run("shop", ["PRAGMA journal_mode=WAL", .. statements]);

        await _cluster.CopyRowsAsync("shop", "copy");
        await _cluster.CopyPagesAsync("shop", "pages");

        var rowId = trap.StartsWith("columns that", StringComparison.Ordinal) ? "_rowid_, " : "rowid, ";
        Assert.Equal(_cluster.Dump("shop", "t", rowId), _cluster.Dump("copy", "t", rowId));
        Assert.Equal(_cluster.Dump("shop", "t", rowId), _cluster.Dump("pages", "t", rowId));
        Assert.Equal(_cluster.ReadText("shop", "PRAGMA schema_version"), _cluster.ReadText("pages", "PRAGMA schema_version"));
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task Rows_from_pages_are_the_rows_that_SQLite_gives(string trap, string[] statements)
    {
        Assert.NotEmpty(trap);
        _cluster.Run("shop", ["PRAGMA page_size=512", "PRAGMA journal_mode=WAL", .. statements]);
        using var connection = _cluster.Connect("shop");
        connection.Execute("BEGIN");
        var schema = SchemaReader.Read(connection);
        var table = Assert.Single(schema.Tables.Values);
        var wanted = new RowCollector();
        using (var export = new RowExport(connection, schema, table, null, KeySpan.All))
            await export.RunAsync(wanted, default);

        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var rows = await Cluster.ExportAsync(snapshot, new TableSpace("shop", table.Descriptor.Id), 1024);

        Assert.Equal(wanted.Rows.Select(Hex), rows.Select(Hex));
    }

    [Fact]
    public async Task Rows_from_pages_may_start_and_end_anywhere()
    {
        _cluster.Run(
            "shop",
            "PRAGMA page_size=512",
            "PRAGMA journal_mode=WAL",
            "CREATE TABLE t(a REAL, id INTEGER PRIMARY KEY, b)",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, i * 3, hex(randomblob(i % 400)) FROM n",
            "ALTER TABLE t ADD COLUMN c DEFAULT 'later'",
            "INSERT INTO t VALUES (0.5, 10000, 'x', 'y')");
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().Single();
        var space = new TableSpace("shop", table.Id);
        var whole = await Cluster.ExportAsync(snapshot, space, long.MaxValue);
        Assert.Equal(3001, whole.Count);
        foreach (var (first, end) in new[] { (0L, 4L), (3L, 3000L), (2999L, 9001L), (8999L, 20000L), (9999L, 10001L), (20000L, 30000L) })
        {
            var part = new RowCollector(100);
            await snapshot.ExportAsync(
                space, new KeySpan(RowKeys.OfRowId(first), RowKeys.OfRowId(end)), ExportWindow.Full, part);
            Assert.Equal(
                whole.Where(row => RowIdOf(row.Key) >= first && RowIdOf(row.Key) < end).Select(Hex), part.Rows.Select(Hex));
        }
    }

    [Fact]
    public async Task A_damaged_tree_is_reported_and_nothing_else_happens()
    {
        _cluster.Run(
            "shop",
            "PRAGMA page_size=512",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, b)",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, hex(randomblob(i % 300)) FROM n");
        var sound = File.ReadAllBytes(_cluster.PathOf("shop"));
        var random = new Random(4711);
        var reported = 0;
        for (var round = 0; round < 60; round++)
        {
            var damaged = (byte[])sound.Clone();
            for (var i = 0; i < 20; i++)
                damaged[random.Next(512, damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_cluster.PathOf("shop"), damaged);
            try
            {
                await using var snapshot = await _cluster.SnapshotAsync("shop");
                var table = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().Single();
                await Cluster.ExportAsync(snapshot, new TableSpace("shop", table.Id), 4096);
            }
            catch (BackupSqlException error)
            {
                Assert.Equal("XX001", error.SqlState);
                reported++;
            }
        }

        Assert.InRange(reported, 10, 60);
    }

    [Fact]
    public async Task A_table_of_rows_without_a_key_says_so()
    {
        _cluster.Run("shop", "CREATE TABLE t(a)", "CREATE TABLE k(a INTEGER PRIMARY KEY)");
        await using var snapshot = await _cluster.SnapshotAsync("shop");
        var tables = (await snapshot.Catalog.GetObjectsAsync("shop")).OfType<TableDescriptor>().ToDictionary(table => table.Name);

        Assert.False((await snapshot.DescribeAsync(new TableSpace("shop", tables["t"].Id))).StableKeys);
        Assert.True((await snapshot.DescribeAsync(new TableSpace("shop", tables["k"].Id))).StableKeys);
    }

    [Fact]
    public async Task Full_text_and_spatial_indexes_come_back_exactly()
    {
        _cluster.Run(
            "shop",
            "CREATE VIRTUAL TABLE doc USING fts5(title, body, prefix='2 3')",
            "CREATE VIRTUAL TABLE old USING fts4(body, tokenize=porter)",
            "CREATE VIRTUAL TABLE \"my box\" USING rtree(id, minx, maxx, +note)",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO doc SELECT 'title ' || i, 'the quick brown fox ' || hex(randomblob(20)) FROM n",
            "INSERT INTO old SELECT body FROM doc",
            "INSERT INTO \"my box\" SELECT rowid, rowid, rowid + 2, 'n' || rowid FROM doc",
            "DELETE FROM doc WHERE rowid % 7 = 0",
            "INSERT INTO doc(doc) VALUES ('optimize')",
            "INSERT INTO doc(rowid, title, body) VALUES (9999, 'last', 'jumped over')");

        var notices = await _cluster.CopyRowsAsync("shop", "copy");

        Assert.Empty(notices);
        Assert.Equal(Schema("shop"), Schema("copy"));
        foreach (var table in new[] { "doc_data", "doc_content", "doc_docsize", "old_content", "old_segdir", "old_segments", "old_docsize", "old_stat", "my box_node", "my box_parent", "my box_rowid" })
            Assert.Equal(_cluster.Dump("shop", table), _cluster.Dump("copy", table));
        foreach (var table in new[] { "doc_idx", "doc_config" })
            Assert.Equal(_cluster.Dump("shop", table, ""), _cluster.Dump("copy", table, ""));
        const string search = "SELECT rowid, title FROM doc WHERE doc MATCH 'quick AND fox' ORDER BY rowid";
        Assert.Equal(_cluster.Query("shop", search), _cluster.Query("copy", search));
        _cluster.Run("copy", "INSERT INTO doc(doc) VALUES ('integrity-check')", "INSERT INTO doc VALUES ('new', 'zebra')", "INSERT INTO old(old) VALUES ('integrity-check')");
        Assert.Single(_cluster.Query("copy", "SELECT 1 FROM doc WHERE doc MATCH 'zebra'"));
        Assert.Equal("ok", _cluster.ReadText("copy", "SELECT rtreecheck('my box')"));
        _cluster.AssertSound("copy");
    }

    [Fact]
    public async Task A_whole_schema_comes_back()
    {
        _cluster.Run(
            "shop",
            "PRAGMA page_size=1024",
            "PRAGMA user_version=42",
            "PRAGMA application_id=4711",
            "PRAGMA auto_vacuum=2",
            "PRAGMA journal_mode=WAL",
            "CREATE TABLE customer(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE)",
            "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer REFERENCES customer ON DELETE CASCADE, note DEFAULT ('(' || 1))",
            "CREATE INDEX orders_customer ON orders(customer DESC) WHERE customer IS NOT NULL",
            "CREATE UNIQUE INDEX orders_note ON orders(lower(note), id)",
            "CREATE VIEW busy AS SELECT name, count(*) AS n FROM customer c JOIN orders o ON o.customer = c.id GROUP BY 1",
            "CREATE VIEW busier AS SELECT * FROM busy WHERE n > 1",
            "CREATE TRIGGER audit AFTER INSERT ON orders BEGIN UPDATE customer SET name = name || '!' WHERE id = new.customer; END",
            "CREATE TRIGGER into_view INSTEAD OF INSERT ON busy BEGIN INSERT INTO customer(name) VALUES (new.name); END",
            "INSERT INTO customer(name) VALUES ('Ann'), ('Bob'), ('Cyd')",
            "INSERT INTO orders(customer, note) VALUES (1, 'a'), (1, 'b'), (2, 'c')",
            "DELETE FROM customer WHERE id = 3",
            "ANALYZE");

        var notices = await _cluster.CopyRowsAsync("shop", "copy");

        Assert.Empty(notices);
        Assert.Equal(Schema("shop"), Schema("copy"));
        foreach (var table in new[] { "customer", "orders" })
            Assert.Equal(_cluster.Dump("shop", table), _cluster.Dump("copy", table));
        foreach (var table in new[] { "sqlite_sequence", "sqlite_stat1" })
            Assert.Equal(_cluster.Dump("shop", table, ""), _cluster.Dump("copy", table, ""));
        foreach (var pragma in new[] { "page_size", "user_version", "application_id", "auto_vacuum", "journal_mode", "encoding" })
            Assert.Equal(_cluster.ReadText("shop", $"PRAGMA {pragma}"), _cluster.ReadText("copy", $"PRAGMA {pragma}"));
        _cluster.Run("copy", "INSERT INTO customer(name) VALUES ('Dee')");
        Assert.Equal("I:4", _cluster.Single("copy", "SELECT max(id) FROM customer"));
        Assert.Equal(_cluster.Query("shop", "SELECT * FROM busier"), _cluster.Query("copy", "SELECT * FROM busier"));
        _cluster.AssertSound("copy");
    }

    private static string Hex((byte[] Key, byte[] Value) row) =>
        Convert.ToHexString(row.Key) + " " + Convert.ToHexString(row.Value);

    private static long RowIdOf(byte[] key)
    {
        var reader = new KeyReader(key);
        Assert.True(reader.MoveNext());
        return reader.GetInteger();
    }

    private List<string> Schema(string database) =>
        _cluster.Query(database, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name");
}
