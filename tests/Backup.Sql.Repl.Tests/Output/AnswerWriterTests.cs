using System.Text;
using System.Text.Json;
using Backup.Sql.Repl.Output;
using Backup.Sql.Sessions;

namespace Backup.Sql.Repl.Tests.Output;

public sealed class AnswerWriterTests
{
    [Fact]
    public async Task Numbers_stand_on_the_right_and_null_is_shown()
    {
        var answer = Of(
            [new("name", ResultType.String), new("rows", ResultType.Int)], ["till", 12L], ["a longer name", null]);

        Assert.Equal(
            """
             name          | rows
            ---------------+------
             till          |   12
             a longer name | NULL
            (2 rows)

            """,
            await Table(answer));
    }

    [Fact]
    public async Task Columns_without_a_type_go_by_their_values()
    {
        var answer = Of([new("n", null), new("mixed", null), new("none", null)], [1L, 1L, null], [22.5, "text", null]);

        Assert.Equal(
            """
             n    | mixed | none
            ------+-------+------
                1 | 1     | NULL
             22.5 | text  | NULL
            (2 rows)

            """,
            await Table(answer));
    }

    [Fact]
    public async Task A_table_wider_than_the_terminal_becomes_records_and_loses_nothing()
    {
        var answer = Of(
            [new("object_name", ResultType.String), new("create_statement", ResultType.String)],
            ["till", "CREATE TABLE till (\n  id INTEGER\n)"]);

        Assert.Equal(
            """
            -[ 1 ]------------
             object_name      | till
             create_statement | CREATE TABLE till (
                              |   id INTEGER
                              | )
            (1 row)

            """,
            await Table(answer, width: 30));
    }

    [Fact]
    public async Task A_cell_of_several_lines_stays_in_its_column()
    {
        var answer = Of([new("a", null), new("b", null)], ["one\ntwo", 7L]);

        Assert.Equal(
            """
             a   | b
            -----+---
             one | 7
             two |
            (1 row)

            """,
            await Table(answer));
    }

    [Fact]
    public async Task Wide_characters_count_two_cells_and_controls_cannot_act_on_the_terminal()
    {
        var answer = Of([new("t", null), new("u", null)], ["日本", "x"], ["\u001b[2J\t", "y"]);

        var lines = (await Table(answer)).Split('\n');

        Assert.Equal(" t         | u", lines[0]);
        Assert.Equal(" 日本      | x", lines[2]);
        Assert.Equal(" \\x1b[2J\\t | y", lines[3]);
    }

    [Fact]
    public async Task An_answer_of_many_rows_is_printed_whole()
    {
        var rows = Enumerable.Range(0, 2500).Select(i => new object?[] { (long)i }).ToArray();

        var text = await Table(Of([new("i", ResultType.Int)], rows));

        Assert.EndsWith("(2500 rows)\n", text);
        Assert.Contains("\n 2499\n", text);
    }

    [Fact]
    public async Task Csv_keeps_null_and_the_empty_string_apart_and_quotes_what_must_be()
    {
        var answer = Of(
            [new("a", null), new("b,c", null)], [null, ""], ["x\"y", "l1\nl2"], [1.5, new byte[] { 0, 255 }]);

        var output = new StringWriter { NewLine = "\n" };
        await new CsvWriter(output).WriteAsync(answer, default);

        Assert.Equal("a,\"b,c\"\n,\"\"\n\"x\"\"y\",\"l1\nl2\"\n1.5,\\x00ff\n", output.ToString());
    }

    [Fact]
    public async Task Json_is_an_array_of_objects_that_any_parser_reads()
    {
        var time = new DateTimeOffset(2026, 11, 20, 22, 45, 12, TimeSpan.Zero).AddMicroseconds(330_001);
        var answer = Of(
            [
                new("i", ResultType.Int), new("i", ResultType.Float), new("t", ResultType.TimestampTz),
                new("j", ResultType.Json), new("s", ResultType.StringArray), new("b", ResultType.Bool),
            ],
            [1L, double.NaN, time, """{"k":[1,2]}""", new[] { "x", "y" }, true],
            [long.MaxValue, 0.1, null, null, null, null]);

        var output = new MemoryStream();
        await new JsonWriter(output).WriteAsync(answer, default);

        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.EndsWith("]\n", text);
        var rows = JsonDocument.Parse(text).RootElement;
        Assert.Equal(2, rows.GetArrayLength());
        Assert.Equal("NaN", rows[0].GetProperty("i_2").GetString());
        Assert.Equal("2026-11-20 22:45:12.330001+00:00", rows[0].GetProperty("t").GetString());
        Assert.Equal(2, rows[0].GetProperty("j").GetProperty("k")[1].GetInt32());
        Assert.Equal("y", rows[0].GetProperty("s")[1].GetString());
        Assert.Equal(long.MaxValue, rows[1].GetProperty("i").GetInt64());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("b").ValueKind);
    }

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(350, "350 ms")]
    [InlineData(2_400, "2.4 s")]
    [InlineData(192_000, "3 min 12 s")]
    [InlineData(7_500_000, "2 h 05 min")]
    public void Durations_read_well(int milliseconds, string text) =>
        Assert.Equal(text, ValueText.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Amounts_of_bytes_read_well()
    {
        Assert.Equal("17 B", ValueText.Bytes(17));
        Assert.Equal("3.5 KiB", ValueText.Bytes(3584));
        Assert.Equal("2.0 GiB", ValueText.Bytes(2d * 1024 * 1024 * 1024));
    }

    private static async Task<string> Table(Answer answer, int? width = null)
    {
        var output = new StringWriter { NewLine = "\n" };
        await new TableWriter(output, width).WriteAsync(answer, default);
        return output.ToString();
    }

    private static Answer Of(AnswerColumn[] columns, params object?[][] rows) =>
        new("SHOW", columns, rows.ToAsyncEnumerable(), []);
}
