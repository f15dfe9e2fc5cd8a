using Backup.Sql.Diagnostics;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests.Across;

/// <summary>What a SQLite database is in PostgreSQL, and what of it comes back.</summary>
public sealed class FromSqliteTests(ITestOutputHelper output)
{
    private static readonly string[] Shop =
    [
        """
        CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20) NOT NULL DEFAULT 'nobody',
            mail TEXT UNIQUE, credit REAL DEFAULT 1.5, photo BLOB DEFAULT x'0a', born DATE, active BOOLEAN DEFAULT 1,
            made DATETIME DEFAULT CURRENT_TIMESTAMP, weight DECIMAL(10,2), points INT DEFAULT '7', anything)
        """,
        "CREATE TABLE codes (code TEXT PRIMARY KEY, label TEXT)",
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES Customers(ID) ON DELETE CASCADE
            ON UPDATE SET NULL, code TEXT REFERENCES codes, total INT CHECK (total >= 0),
            twice INT GENERATED ALWAYS AS (total * 2), UNIQUE (customer, total))
        """,
        "CREATE INDEX by_total ON orders (total, customer)",
        "CREATE INDEX by_twice ON orders (twice)",
        "CREATE INDEX dear ON orders (total) WHERE total > 5",
        "CREATE VIEW sums AS SELECT sum(total) FROM orders",
        "CREATE TRIGGER tidy AFTER INSERT ON orders BEGIN DELETE FROM codes WHERE code = 'none'; END",
        """
        INSERT INTO customers VALUES (7, 'Ann ☃ 🙂', 'a@x', 2.25, x'00ff', '2001-02-03', 1, '2026-01-01 10:00:00',
            12.5, -9223372036854775808, 'a' || char(9) || '\n' || char(10)), (8, '', NULL, NULL, x'', 20010203, 0, NULL, 3,
            9223372036854775807, x'0102'), (9, 'Bob', 'b@x', -1e308, NULL, NULL, NULL, NULL, 1e300, 0, 0.1)
        """,
        "DELETE FROM customers WHERE id = 9",
        "INSERT INTO codes VALUES ('x', 'X'), (NULL, 'no code')",
        "INSERT INTO orders VALUES (1, 7, 'x', 10), (2, NULL, NULL, NULL)",
    ];

    [Fact]
    public async Task Types_keys_indexes_and_defaults_come_along_and_the_rest_is_named()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        three.RunSqlite("shop", Shop);

        var notices = await three.CarryAsync("shop", "pg", "shop_pg");

        output.WriteLine(string.Join('\n', notices));
        Assert.Equal(
            [
                "customers.anything: the values are kept as text, bytes as \\x and their digits",
                "customers.born: the values are kept as text, bytes as \\x and their digits",
                "customers.made: the values are kept as text, bytes as \\x and their digits",
                "orders.twice: the column is computed in another dialect and was left out",
                "orders: check constraints are written in another dialect and were left out",
                "orders: index by_twice is over an expression or a condition in another dialect; left out",
                "orders: index dear is over an expression or a condition in another dialect; left out",
                "trigger tidy was left out: it is written in the SQL of sqlite",
                "view sums was left out: it is written in the SQL of sqlite",
            ],
            notices.Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "(id,bigint,NO)", "(name,text,NO)", "(mail,text,YES)", "(credit,\"double precision\",YES)", "(photo,bytea,YES)",
                "(born,text,YES)", "(active,boolean,YES)", "(made,text,YES)", "(weight,numeric,YES)", "(points,bigint,YES)",
                "(anything,text,YES)",
            ],
            await three.QueryPostgresAsync("shop_pg", "SELECT column_name, data_type, is_nullable FROM "
                + "information_schema.columns WHERE table_name = 'customers' ORDER BY ordinal_position"));
        Assert.Equal(
            [
                "(7,\"Ann ☃ 🙂\",a@x,2.25,\"\\\\x00ff\",2001-02-03,t,\"2026-01-01 10:00:00\",12.5,-9223372036854775808,\"a\t\\\\n", "\")",
                "(8,\"\",,,\"\\\\x\",20010203,f,,3,9223372036854775807,\"\\\\x0102\")",
            ],
            await three.QueryPostgresAsync("shop_pg", "SELECT * FROM customers ORDER BY id"));
        Assert.Equal(
            [
                "(codes,\"CREATE UNIQUE INDEX codes_code_key ON public.codes USING btree (code)\")",
                "(customers,\"CREATE UNIQUE INDEX customers_mail_key ON public.customers USING btree (mail)\")",
                "(customers,\"CREATE UNIQUE INDEX customers_pkey ON public.customers USING btree (id)\")",
                "(orders,\"CREATE INDEX by_total ON public.orders USING btree (total, customer)\")",
                "(orders,\"CREATE UNIQUE INDEX orders_customer_total_key ON public.orders USING btree (customer, total)\")",
                "(orders,\"CREATE UNIQUE INDEX orders_pkey ON public.orders USING btree (id)\")",
            ],
            await three.QueryPostgresAsync(
                "shop_pg", "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"));
        Assert.Equal(
            [
                "(\"FOREIGN KEY (code) REFERENCES codes(code)\",t)",
                "(\"FOREIGN KEY (customer) REFERENCES customers(id) ON UPDATE SET NULL ON DELETE CASCADE\",t)",
            ],
            await three.QueryPostgresAsync("shop_pg", "SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint "
                + "WHERE contype = 'f' ORDER BY 1"));
    }

    [Fact]
    public async Task Defaults_mean_the_same_and_numbers_go_on()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        three.RunSqlite("shop", Shop);
        await three.CarryAsync("shop", "pg", "shop_pg");

        // Number 9 was given out to a row that is gone; orders have never counted beyond their rows.
        await three.Server.RunSqlAsync("shop_pg", "INSERT INTO customers DEFAULT VALUES", "INSERT INTO orders (total) VALUES (1)");
        three.RunSqlite("shop", "INSERT INTO customers DEFAULT VALUES", "INSERT INTO orders (total) VALUES (1)");

        Assert.Equal(
            ["(10,nobody,,1.5,\"\\\\x0a\",,t,,7,)"],
            await three.QueryPostgresAsync(
                "shop_pg", "SELECT id, name, mail, credit, photo, born, active, weight, points, anything FROM customers WHERE id > 9"));
        Assert.Equal(
            ["10 | 'nobody' | NULL | real 3ff8000000000000 | x'0A' | NULL | 1 | NULL | 7 | NULL"],
            three.QuerySqlite(
                "shop", "SELECT id, name, mail, credit, photo, born, active, weight, points, anything FROM customers WHERE id > 9"));
        Assert.Equal(["(3)"], await three.QueryPostgresAsync("shop_pg", "SELECT max(id) FROM orders"));
        Assert.Equal(["(t)"], await three.QueryPostgresAsync(
            "shop_pg", "SELECT made ~ '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$' FROM customers WHERE id = 10"));

        await three.CarryAsync("shop_pg", "sqlite", "shop_again");
        three.RunSqlite("shop_again", "DELETE FROM customers WHERE id > 7", "INSERT INTO customers (name) VALUES ('next')");
        Assert.Equal(["11"], three.QuerySqlite("shop_again", "SELECT max(id) FROM customers"));
    }

    [Fact]
    public async Task A_value_of_another_kind_than_its_column_is_refused()
    {
        if (!TestServer.IsInstalled(output))
            return;
        (string Type, string Value, string Kind)[] loose =
        [
            ("INTEGER", "'many'", "a text"), ("INTEGER", "'0x1F'", "a text"), ("BIGINT", "1.5", "a floating-point number"),
            ("INT", "x'01'", "a blob"), ("REAL", "'NaN'", "a text"), ("NUMERIC(5)", "'12 apples'", "a text"),
            ("BOOLEAN", "2", "an integer"), ("BOOL", "'yes'", "a text"), ("TEXT", "x'ff'", "a blob"),
            ("VARCHAR(3)", "CAST(x'61ff' AS TEXT)", "a text"), ("BLOB", "'text'", "a text"), ("BLOB", "1", "an integer"),
        ];
        await using var three = await ThreeEngines.OpenAsync();
        three.RunSqlite("loose", [.. loose.SelectMany((column, i) => (string[])
        [
            $"CREATE TABLE t{i} (id INTEGER PRIMARY KEY, n {column.Type})",
            $"INSERT INTO t{i} VALUES (1, NULL), (2, {column.Value})",
        ])]);
        await three.MakePostgresAsync("strict");
        await three.RunAsync("BACKUP TABLE loose.* INTO 'mem://loose'");

        for (var i = 0; i < loose.Length; i++)
        {
            var error = await Assert.ThrowsAsync<BackupSqlException>(() => three.RunInPostgresAsync(
                $"RESTORE TABLE loose.t{i} FROM LATEST IN 'mem://loose' WITH into_db = 'strict'"));
            Assert.Equal(
                (SqlStates.DatatypeMismatch, $"{loose[i].Kind} cannot be a value of strict.public.t{i}, column n"),
                (error.SqlState, error.Message));
        }

        Assert.Equal(["(0)"], await three.QueryPostgresAsync("strict", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task A_text_that_holds_NUL_is_refused_by_name()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        three.RunSqlite("nul", "CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)", "INSERT INTO t VALUES (1, 'a' || char(0) || 'b')");

        var error = await Assert.ThrowsAsync<BackupSqlException>(() => three.CarryAsync("nul", "pg", "nul_pg"));

        Assert.Equal("a text of nul_pg.public.t, column note, holds the character U+0000", error.Message);
    }

    [Fact]
    public async Task A_foreign_key_that_PostgreSQL_cannot_have_is_named()
    {
        if (!TestServer.IsInstalled(output))
            return;
        await using var three = await ThreeEngines.OpenAsync();
        three.RunSqlite(
            "loose", "CREATE TABLE p (id INTEGER PRIMARY KEY, label TEXT)",
            "CREATE TABLE q (id INTEGER PRIMARY KEY, p TEXT REFERENCES p)", "INSERT INTO p VALUES (1, 'one')", "INSERT INTO q VALUES (1, '1')");

        var notices = await three.CarryAsync("loose", "pg", "loose_pg");

        Assert.Equal(
            "loose_pg.public.q: foreign key fk_1 was left out: foreign key constraint \"q_p_fkey\" cannot be implemented", Assert.Single(notices));
        Assert.Equal(["(1,1)"], await three.QueryPostgresAsync("loose_pg", "SELECT * FROM q"));

        // The same inside a transaction of a database that is there.
        await three.RunAsync("BACKUP TABLE loose.p, loose.q INTO 'mem://tables'");
        await three.RunInPostgresAsync(
            "RESTORE TABLE loose.p AS p2, loose.q AS q2 FROM LATEST IN 'mem://tables' WITH into_db = 'loose_pg'");
        Assert.Equal(["(1,1)"], await three.QueryPostgresAsync("loose_pg", "SELECT * FROM q2"));
    }
}
