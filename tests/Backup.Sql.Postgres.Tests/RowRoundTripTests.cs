using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Npgsql;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

/// <summary>What comes out by an export goes in again as the same values, said by the server's own texts.</summary>
public sealed class RowRoundTripTests(ITestOutputHelper output)
{
    private static readonly string[] Prelude =
    [
        "CREATE TYPE public.mood AS ENUM ('sad', 'so so', 'h\"ap,py')",
        "CREATE TYPE public.pair AS (a int, b text)",
        "CREATE DOMAIN public.positive AS int CHECK (VALUE > 0)",
        "CREATE DOMAIN public.nested AS public.positive",
        "CREATE DOMAIN public.words AS text[]",
    ];

    private static readonly string[][] Types =
    [
        ["boolean", "true", "false"],
        ["smallint", "-32768", "32767", "0"],
        ["integer", "-2147483648", "2147483647", "1"],
        ["bigint", "-9223372036854775808", "9223372036854775807", "127"],
        ["real", "'NaN'", "'-Infinity'", "'-0'", "0.1", "3.4028235e38", "1e-45"],
        ["double precision", "'NaN'", "'Infinity'", "'-0'", "0.1", "1.7976931348623157e308", "5e-324"],
        ["numeric", "'NaN'", "'Infinity'", "'-Infinity'", "0", "0.000", "-12.50", "1e100", "1e-100", "10000",
            "123456789012345678901234567890.000100", "-0.00001", "0.0000000012340000", "100000000", "9999.9999"],
        ["numeric(12,3)", "-1.500", "999999999.999"],
        ["text", "''", "'plain'", "E'tab\\tline\\nreturn\\rslash\\\\ \\'quote'", "'\\N'", "'\\.'", "'zwölf 語 😀'",
            "repeat('long ', 100000)"],
        ["varchar(10)", "'abc  '"],
        ["char(5)", "'ab'"],
        ["name", "'n'"],
        ["bytea", "''", "'\\x00ff0a5c'", "decode(repeat('5c0a', 50000), 'hex')"],
        ["date", "'infinity'", "'-infinity'", "'0001-01-01'", "'0044-03-15 BC'", "'4713-01-01 BC'", "'5874897-12-31'",
            "'1970-01-01'", "'2000-02-29'"],
        ["time", "'00:00'", "'24:00:00'", "'23:59:59.999999'"],
        ["timestamp", "'infinity'", "'-infinity'", "'1969-12-31 23:59:59.999999'", "'4713-01-01 00:00:00 BC'",
            "'294276-12-31 23:59:59.999999'", "'294246-01-01'", "'1999-12-31 23:59:59'"],
        ["timestamptz", "'infinity'", "'2026-02-28 12:00:00.000001+05'", "'0001-01-01 00:00:00+00 BC'",
            "'294276-12-31 23:59:59.999999+00'"],
        ["interval", "'0'", "'1 mon -2 days 3 us'", "'-178000000 years'", "'-00:00:00.000001'",
            "'2562047788:00:54.775807'", "'-13 mons +5 days -04:05:06.7'"],
        ["uuid", "'00112233-4455-6677-8899-aabbccddeeff'"],
        ["json", "'{\"b\": 1,  \"a\": [null, \"\\u0041\\\\\"]}'", "'null'"],
        ["jsonb", "'{\"b\": 1.50, \"a\": \"x\\ny\"}'"],
        ["int[]", "'{}'", "'{1,NULL,3}'", "'{{1,2},{3,4}}'", "'[0:1]={5,6}'", "'[-1:0][2:3]={{1,2},{3,NULL}}'"],
        ["text[]", "'{}'", "ARRAY['a,b', 'c\"d', 'e\\f', '', 'NULL', NULL, E'l\\nm\\tn', '{x}']"],
        ["numeric[]", "'{1.50,NaN,-0.001}'"],
        ["bytea[]", "ARRAY['\\x00ff'::bytea, NULL, '\\x5c']"],
        ["timestamptz[]", "'{infinity,2020-01-01 00:00:00+00}'"],
        ["boolean[]", "'{t,f,NULL}'"],
        ["date[]", "'{2020-01-01,0044-03-15 BC}'"],
        ["interval[]", "'{1 day,NULL}'"],
        ["uuid[]", "'{00112233-4455-6677-8899-aabbccddeeff}'"],
        ["jsonb[]", "ARRAY['{\"a\": \"b\\\"c\"}'::jsonb]"],
        ["json[]", "ARRAY['{\"a\":  1}'::json]"],
        ["float8[]", "'{NaN,-0,1e300}'"],
        ["real[]", "'{0.1,NULL}'"],
        ["varchar(3)[]", "'{abc}'"],
        ["char(3)[]", "'{a}'"],
        ["smallint[]", "'{-1}'"],
        ["bigint[]", "'{9223372036854775807}'"],
        ["time[]", "'{24:00:00}'"],
        ["timestamp[]", "'{2020-01-01}'"],
        ["public.mood", "'so so'", "'h\"ap,py'"],
        ["public.mood[]", "ARRAY['sad','h\"ap,py',NULL]::public.mood[]"],
        ["public.pair", "ROW(1, 'x,\"y\"')", "ROW(NULL, '')"],
        ["public.pair[]", "ARRAY[ROW(1, 'a b'), NULL]::public.pair[]"],
        ["public.positive", "5"],
        ["public.nested", "6"],
        ["public.nested[]", "'{7,8}'"],
        ["public.words", "'{a,NULL}'"],
        ["timetz", "'12:00:00+05:30'"],
        ["inet", "'10.0.0.1'", "'10.0.0.0/8'", "'::1'"],
        ["cidr", "'10.0.0.0/8'"],
        ["macaddr", "'08:00:2b:01:02:03'"],
        ["int4range", "'[1,5)'", "'empty'"],
        ["tstzrange", "'[2020-01-01,)'"],
        ["int4multirange", "'{[1,2),[5,9)}'"],
        ["bit(5)", "B'10101'"],
        ["bit varying", "B'1'", "B''"],
        ["money", "'-12.34'"],
        ["xml", "'<a>&amp;</a>'"],
        ["tsvector", "'a:1 b:2A'"],
        ["tsquery", "'a & b'"],
        ["point", "'(0.1,2)'"],
        ["polygon", "'((0,0),(1,1),(1,0))'"],
        ["\"char\"", "'x'"],
        ["oid", "4294967295"],
        ["regclass", "'pg_catalog.pg_class'"],
        ["pg_lsn", "'16/B374D848'"],
    ];

    [Fact]
    public async Task Every_type_comes_back_as_it_was()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("types", Prelude);
        await using var connection = await test.ConnectAsync(database);
        await using var engine = PostgresEngine.Open(new() { ConnectionString = test.ConnectionString });
        for (var i = 0; i < Types.Length; i++)
        {
            var type = Types[i][0];
            var values = Types[i].Skip(1).Select((value, n) => $"({n + 1}, CAST({value} AS {type}))").Append("(99, NULL)");
            await connection.ExecuteAsync(
                $"CREATE TABLE public.t{i} (id int PRIMARY KEY, v {type}); INSERT INTO public.t{i} VALUES "
                + string.Join(", ", values) + $"; CREATE TABLE public.u{i} (LIKE public.t{i})", CancellationToken.None);
        }

        var failures = new List<string>();
        await using var snapshot = await engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] });
        var server = new PostgresServer(new() { ConnectionString = test.ConnectionString });
        await using var target = await server.OpenAsync(database, CancellationToken.None);
        for (var i = 0; i < Types.Length; i++)
        {
            try
            {
                await CopyAsync(snapshot, target, database, $"t{i}", $"u{i}");
                var differing = await target.QueryAsync(
                    $"SELECT left(a.v::text, 60), left(b.v::text, 60) FROM public.t{i} a FULL JOIN public.u{i} b USING (id) "
                    + "WHERE a.v::text IS DISTINCT FROM b.v::text OR a.id IS NULL OR b.id IS NULL",
                    CancellationToken.None);
                failures.AddRange(differing.Select(row => $"{Types[i][0]}: {row[0]} came back as {row[1]}"));
            }
            catch (BackupSqlException failure)
            {
                failures.Add($"{Types[i][0]}: {failure.Message} {failure.Detail}");
            }
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task A_text_with_a_NUL_names_table_and_column()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync("nul", "CREATE TABLE public.t (a int, b text)");
        await using var connection = await test.ConnectAsync(database);
        using var record = new RecordWriter();
        record.WriteInteger(1);
        record.WriteText("a\0b"u8);

        var error = await Assert.ThrowsAsync<BackupSqlException>(async () => await RowIngest.CopyAsync(
            connection, "shop.public.t", "public.t (a, b)", false,
            [new IngestColumn("a", 23), new IngestColumn("b", 25)],
            new RowFeeder([([], record.Finish().ToArray())]), CancellationToken.None));

        Assert.Contains("shop.public.t", error.Message);
        Assert.Contains("column b", error.Message);
        Assert.Equal("0", await test.QueryAsync(database, "SELECT count(*) FROM public.t"));
    }

    [Fact]
    public async Task Values_of_another_engine_go_where_their_text_is_read()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var test = await TestServer.GetAsync();
        var database = await test.CreateDatabaseAsync(
            "others", "CREATE TABLE public.t (a text, b date, c int, d bytea, e boolean, f int, g timestamp)");
        await using var connection = await test.ConnectAsync(database);
        using var record = new RecordWriter();
        record.WriteInteger(12);
        record.WriteText("2024-01-01"u8);
        record.WriteFloat(3);
        record.WriteText("\\x"u8);
        record.WriteInteger(1);
        record.WriteBoolean(true);
        record.WriteText("2024-01-01 10:00:00"u8);

        await RowIngest.CopyAsync(
            connection, "t", "public.t", false,
            [new("a", 25), new("b", 1082), new("c", 23), new("d", 17), new("e", 16), new("f", 23), new("g", 1114)],
            new RowFeeder([([], record.Finish().ToArray())]), CancellationToken.None);

        Assert.Equal(
            "(12,2024-01-01,3,\"\\\\x5c78\",t,1,\"2024-01-01 10:00:00\")",
            await test.QueryAsync(database, "SELECT t::text FROM public.t"));
    }

    internal static async Task<TableSpace> SpaceAsync(IEngineSnapshot snapshot, string database, string table)
    {
        var objects = await snapshot.Catalog.GetObjectsAsync(database);
        return new TableSpace(database, objects.OfType<TableDescriptor>().First(t => t.Name == table).Id);
    }

    private static async Task CopyAsync(
        IEngineSnapshot snapshot, NpgsqlConnection target, string database, string from, string to)
    {
        var rows = new RowCollector();
        await snapshot.ExportAsync(
            await SpaceAsync(snapshot, database, from), KeySpan.All, ExportWindow.Full, rows);
        var types = await target.QueryAsync(
            "SELECT atttypid::int8 FROM pg_attribute WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 ORDER BY attnum",
            CancellationToken.None, $"public.{to}");
        await RowIngest.CopyAsync(
            target, to, $"public.{to}", false, [.. types.Select(type => new IngestColumn("v", (uint)(long)type[0]!))],
            new RowFeeder(rows.Rows), CancellationToken.None);
    }
}
