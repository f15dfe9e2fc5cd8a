using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>Databases whose names and texts nobody in his right mind would choose, through backup, SHOW and restore.</summary>
public sealed class HostileNamesTests
{
    public static TheoryData<string, string> Names => new()
    {
        { "quotes", "a\"b'c`d[e]" },
        { "line breaks", "a\nb\r\n\tc" },
        { "control characters", "\u0001\u001b[31m\u007f" },
        { "a comment", "x /* -- */ y --" },
        { "a statement", "x\"; DROP TABLE kept; --" },
        { "dots and slashes", "../..//./a.b.c" },
        { "a placeholder", "$1 %s {0} @p" },
        { "beyond the first plane", "\U0001F600\u202e\u0301" },
        { "a keyword", "SELECT" },
        { "blanks", "   " },
        { "64 KiB", new string('n', 65_536) },
        { "JSON", "\\u0000\"}]" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_table_of_any_name_comes_back(string what, string name)
    {
        await using var bench = new Bench(new BenchSetup { Engines = "sqlite" });
        var quoted = $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var text = name.Replace("'", "''", StringComparison.Ordinal);
        bench.Engine.Execute("shop", "CREATE TABLE kept (id INTEGER PRIMARY KEY)");
        bench.Engine.Execute("shop", $"CREATE TABLE {quoted} ({quoted} TEXT DEFAULT '{text}' CHECK ({quoted} <> 'no'), id INTEGER PRIMARY KEY)");
        bench.Engine.Execute("shop", $"CREATE INDEX \"i{quoted[1..]} ON {quoted} ({quoted})");
        bench.Engine.Execute("shop", $"CREATE VIEW \"v{quoted[1..]} AS SELECT {quoted} FROM {quoted} /* '{text.Replace("*/", "", StringComparison.Ordinal)}' */");
        bench.Engine.Execute("shop", $"INSERT INTO {quoted} VALUES ('{text}', 1)");
        var before = bench.Engine.Dump("shop");

        await bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot'");
        await bench.RunAsync("BACKUP TABLE shop.* INTO 'mem://tables'");
        foreach (var show in new[] { "", "SCHEMAS ", "FILES ", "RANGES ", "VALIDATE " })
        {
            var answer = await bench.RunAsync($"SHOW BACKUP {show}FROM LATEST IN 'mem://depot'");
            Assert.True(answer.Rows.Rows.Count > 0, what);
            await bench.RunAsync($"SHOW BACKUP {show}FROM LATEST IN 'mem://tables'");
        }

        await bench.RunAsync("SHOW BACKUP FROM LATEST IN 'mem://depot' WITH as_json");
        await bench.RunAsync("RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'proof'");
        Assert.Equal(before, bench.Engine.Dump("proof"));
        foreach (var (collection, copy) in new[] { ("depot", "one"), ("tables", "two") })
        {
            bench.Engine.Execute(copy, "CREATE TABLE other (id INTEGER PRIMARY KEY)");
            try
            {
                await bench.RunAsync($"RESTORE TABLE shop.* FROM LATEST IN 'mem://{collection}' WITH into_db = '{copy}'");
            }
            catch (BackupSqlException error)
            {
                Assert.Fail($"{what}: {error}");
            }

            bench.Engine.Execute(copy, "DROP TABLE other");
            Assert.Equal(before, bench.Engine.Dump(copy));
        }
    }

    [Theory]
    [InlineData("x\0y")]
    [InlineData("../x")]
    [InlineData("/etc/x")]
    [InlineData("x\ny")]
    [InlineData("")]
    [InlineData("a.db/../b")]
    public async Task A_database_of_a_name_that_is_no_file_is_refused(string name)
    {
        await using var bench = new Bench(new BenchSetup { Engines = "sqlite" });
        bench.Engine.Execute("shop", "CREATE TABLE kept (id INTEGER PRIMARY KEY)");
        await bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot'");
        var error = await Assert.ThrowsAsync<BackupSqlException>(
            () => bench.RunAsync("RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = $1", [name]));
        Assert.NotEqual(SqlStates.InternalError, error.SqlState);
        Assert.True(error.Hint is { Length: > 0 }, error.ToString());
        Assert.Equal(["shop"], bench.Engine.Databases);
        Assert.Empty(bench.Leftovers());
    }
}
