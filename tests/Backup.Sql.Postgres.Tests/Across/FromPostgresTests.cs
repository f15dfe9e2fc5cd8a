using Backup.Sql.Diagnostics;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests.Across;

/// <summary>What a PostgreSQL database is in SQLite, and what of it comes back.</summary>
public sealed class FromPostgresTests(ITestOutputHelper output)
{
    private static readonly string[] Shop =
    [
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE SCHEMA app",
        """
        CREATE TABLE app.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL DEFAULT 'no"body''',
            mail varchar(20) UNIQUE, credit double precision DEFAULT '-1.5', small smallint DEFAULT 3,
            photo bytea DEFAULT '\x0a', born date DEFAULT '2000-01-01', active boolean DEFAULT true,
            made timestamptz DEFAULT now(), local timestamp, weight numeric(10,2) DEFAULT 0.5, feels mood DEFAULT 'good',
            tags text[], doc jsonb DEFAULT '{}', code uuid DEFAULT gen_random_uuid(), span interval, at time, letter "char")
        """,
        """
        CREATE TABLE orders (id serial PRIMARY KEY, customer bigint REFERENCES app.customers ON DELETE CASCADE
            ON UPDATE SET NULL, total int CHECK (total >= 0), twice int GENERATED ALWAYS AS (total * 2) STORED, line serial)
        """,
        "CREATE TABLE keyed (a int, b text, PRIMARY KEY (b, a))",
        "CREATE INDEX by_total ON orders (total, customer)",
        "CREATE INDEX by_twice ON orders (twice)",
        "CREATE INDEX dear ON orders (total) WHERE total > 5",
        "CREATE VIEW sums AS SELECT sum(total) FROM orders",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        """
        INSERT INTO app.customers (name, mail, small, photo, born, made, local, weight, tags, doc, code, span, at, credit, letter)
        VALUES ('Ann ☃ 🙂', 'a@x', -32768, '\x00ff', '2001-02-03', '2026-01-01 10:00:00.5+02', '2026-01-01 10:00:00.000001',
                12.50, '{a,NULL,"b c"}', '{"a": [1, null]}', '00112233-4455-6677-8899-aabbccddeeff', '1 mon 2 days -03:00',
                '23:59:59.999999', 1e-300, 'x'),
            ('far', NULL, NULL, NULL, '0044-03-15 BC', 'infinity', '12026-01-01', 'NaN', '{}', 'null', NULL, NULL, NULL,
                '-Infinity', NULL),
            ('farther', NULL, NULL, '', '-infinity', '0001-01-01 BC', NULL, 0.00, NULL, NULL, NULL, NULL, '00:00', 'Infinity', NULL),
            ('gone', NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        """,
        "DELETE FROM app.customers WHERE name = 'gone'",
        "INSERT INTO orders (customer, total) VALUES (1, 10), (NULL, NULL)",
        "INSERT INTO keyed VALUES (2, 'a'), (1, 'b')",
    ];

    [Fact]
    public async Task Types_keys_indexes_and_defaults_come_along_and_the_rest_is_named()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        await three.MakePostgresAsync("shop", Shop);

        var notices = await three.CarryAsync("shop", "sqlite", "lite");

        output.WriteLine(string.Join('\n', notices));
        Assert.Equal(
            [
                "customers.at: SQLite has no type for times; the values are text",
                "customers.born: SQLite has no type for dates; the values are text",
                "customers.code: SQLite has no type for UUIDs; the values are text",
                "customers.code: the default is written in another dialect and was left out",
                "customers.feels: SQLite has no type for user-defined types; the values are text",
                "customers.letter: SQLite has no type for user-defined types; the values are text",
                "customers.local: SQLite has no type for timestamps; the values are text",
                "customers.made: SQLite has no type for timestamps with a zone; the values are text",
                "customers.span: SQLite has no type for intervals; the values are text",
                "customers.tags: SQLite has no type for arrays; the values are text",
                "customers.weight: SQLite has no type for decimals; the values are text",
                "customers: SQLite has no schemas; it was in schema app",
                "mood: SQLite has no user-defined types; it was left out",
                "one(): SQLite has no stored functions; it was left out",
                "orders.line: the default is written in another dialect and was left out",
                "orders.twice: the column is computed in another dialect and was left out",
                "orders: check constraints are written in another dialect and were left out",
                "orders: index by_twice is over an expression or a condition in another dialect; left out",
                "orders: index dear is over an expression or a condition in another dialect; left out",
                "orders_line_seq: SQLite has no sequences; it was left out",
                "sums: its statement is written in another dialect; it was left out",
            ],
            notices.Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "'CREATE INDEX \"by_total\" ON \"orders\" (\"total\", \"customer\")'",
                "'CREATE TABLE \"customers\" (\"id\" INTEGER PRIMARY KEY AUTOINCREMENT, \"name\" TEXT NOT NULL DEFAULT 'no\"body''', "
                    + "\"mail\" TEXT, \"credit\" REAL DEFAULT -1.5, \"small\" INTEGER DEFAULT 3, \"photo\" BLOB DEFAULT x'0a', "
                    + "\"born\" TEXT DEFAULT '2000-01-01', \"active\" BOOLEAN DEFAULT 1, "
                    + "\"made\" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')), \"local\" TEXT, "
                    + "\"weight\" TEXT DEFAULT '0.5', \"feels\" TEXT DEFAULT 'good', \"tags\" TEXT, \"doc\" TEXT DEFAULT '{}', "
                    + "\"code\" TEXT, \"span\" TEXT, \"at\" TEXT, \"letter\" TEXT)'",
                "'CREATE TABLE \"keyed\" (\"a\" INTEGER NOT NULL, \"b\" TEXT NOT NULL, PRIMARY KEY (\"b\", \"a\"))'",
                "'CREATE TABLE \"orders\" (\"id\" INTEGER PRIMARY KEY AUTOINCREMENT, \"customer\" INTEGER, \"total\" INTEGER, "
                    + "\"line\" INTEGER NOT NULL, FOREIGN KEY (\"customer\") REFERENCES \"customers\" (\"id\") "
                    + "ON DELETE CASCADE ON UPDATE SET NULL)'",
                "'CREATE UNIQUE INDEX \"customers_mail_key\" ON \"customers\" (\"mail\")'",
            ],
            three.QuerySqlite("lite", "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY 1"));
        Assert.Equal(
            [
                "1 | text 416E6E20E2988320F09F9982 | 'a@x' | real 01a56e1fc2f8f359 | -32768 | x'00FF' | '2001-02-03' | 1 | "
                    + "'2026-01-01 08:00:00.500000+00:00' | '2026-01-01 10:00:00.000001' | '12.50' | 'good' | '[\"a\",null,\"b c\"]' | "
                    + "'{\"a\": [1, null]}' | '00112233-4455-6677-8899-aabbccddeeff' | 'P1M2DT-10800.000000S' | '23:59:59.999999' | 'x'",
                "2 | 'far' | NULL | real fff0000000000000 | NULL | NULL | '-0043-03-15' | 1 | 'infinity' | "
                    + "'+12026-01-01 00:00:00.000000' | 'NaN' | 'good' | '[]' | 'null' | NULL | NULL | NULL | NULL",
                "3 | 'farther' | NULL | real 7ff0000000000000 | NULL | x'' | '-infinity' | 1 | "
                    + "'0000-01-01 00:00:00.000000+00:00' | NULL | '0.00' | 'good' | NULL | NULL | NULL | NULL | '00:00:00.000000' | NULL",
            ],
            three.QuerySqlite("lite", "SELECT * FROM customers"));

        // Number 4 was given out to a row that is gone.
        three.RunSqlite("lite", "INSERT INTO customers (mail) VALUES ('new')", "INSERT INTO orders (line) VALUES (0)");
        Assert.Equal(
            ["5 | 'no\"body'' | 1"], three.QuerySqlite("lite", "SELECT id, name, active FROM customers WHERE mail = 'new'"));
        Assert.Equal(["3"], three.QuerySqlite("lite", "SELECT max(id) FROM orders"));
        Assert.Equal(
            ["1"], three.QuerySqlite("lite", "SELECT made GLOB '20??-??-?? ??:??:??.???000+00:00' FROM customers WHERE id = 5"));
    }

    [Fact]
    public async Task A_number_that_is_none_is_refused_by_name()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        await three.MakePostgresAsync("nan", "CREATE TABLE t (n double precision)", "INSERT INTO t VALUES (1), ('NaN')");

        var error = await Assert.ThrowsAsync<BackupSqlException>(() => three.CarryAsync("nan", "sqlite", "lite"));

        Assert.Equal("a number of lite.t, column n, is NaN", error.Message);
    }

    [Fact]
    public async Task Numbers_that_JSON_has_not_stay_in_arrays_as_text()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        await three.MakePostgresAsync("odd", "CREATE TABLE t (n float8[])", "INSERT INTO t VALUES ('{1.5,NaN,-Infinity,NULL}')");

        await three.CarryAsync("odd", "sqlite", "lite");

        Assert.Equal(["'[1.5,\"NaN\",\"-Infinity\",null]'"], three.QuerySqlite("lite", "SELECT n FROM t"));
    }

    [Fact]
    public async Task Everything_comes_back_over_the_engine_in_memory()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        await three.MakePostgresAsync("shop", Shop);
        const string Rows = "SELECT * FROM app.customers ORDER BY id";
        const string Columns = "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
            + "WHERE table_schema IN ('app', 'public') AND table_name <> 'sums' AND column_name <> 'twice' ORDER BY 1, ordinal_position";
        var columns = await three.QueryPostgresAsync("shop", Columns);

        await three.CarryAsync("shop", "memory", "kept");
        var notices = await three.CarryAsync("kept", "pg", "again");

        output.WriteLine(string.Join('\n', notices));
        Assert.Equal(["customers.letter: the values are kept as text, bytes as \\x and their digits"], notices);
        Assert.Equal(await three.QueryPostgresAsync("shop", Rows), await three.QueryPostgresAsync("again", Rows));
        Assert.Equal(
            columns.Select(line => line.Replace("\"\"\"char\"\"\"", "text", StringComparison.Ordinal)),
            await three.QueryPostgresAsync("again", Columns));
        await three.Server.RunSqlAsync(
            "again", "INSERT INTO app.customers (name) VALUES ('new')", "INSERT INTO orders (total) VALUES (1)");
        Assert.Equal(["(5)"], await three.QueryPostgresAsync("again", "SELECT max(id) FROM app.customers"));
        Assert.Equal(["(3,3)"], await three.QueryPostgresAsync("again", "SELECT max(id), max(line) FROM orders"));
    }
}
