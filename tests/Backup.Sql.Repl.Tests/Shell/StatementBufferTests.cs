using Backup.Sql.Repl.Output;
using Backup.Sql.Repl.Shell;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Repl.Tests.Shell;

public sealed class StatementBufferTests
{
    [Theory]
    [InlineData("SELECT 1;", "SELECT 1")]
    [InlineData("SELECT ';', \"a;b\", [c;d], `e;f`; SELECT 2;", "SELECT ';', \"a;b\", [c;d], `e;f`|SELECT 2")]
    [InlineData("SELECT 'it''s;'; x;", "SELECT 'it''s;'|x")]
    [InlineData("-- one; two\nSELECT 1 /* ; */ + 2; -- tail", "SELECT 1 /* ; */ + 2")]
    [InlineData(";;; SELECT 1;;", "SELECT 1")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; SELECT 'END;'; END; SELECT 2;",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; SELECT 'END;'; END|SELECT 2")]
    [InlineData("create temp trigger t after insert on a begin select case 1 when 1 then 2 end; end; x;",
        "create temp trigger t after insert on a begin select case 1 when 1 then 2 end; end|x")]
    [InlineData("BEGIN; INSERT INTO a VALUES (';'); ROLLBACK TO x; COMMIT; x;",
        "BEGIN; INSERT INTO a VALUES (';'); ROLLBACK TO x; COMMIT|x")]
    [InlineData("begin immediate; x; /* end */ rollback; y", "begin immediate; x; /* end */ rollback|y")]
    [InlineData("CREATE TABLE trigger_like (a); x;", "CREATE TABLE trigger_like (a)|x")]
    [InlineData("\\d a\nSELECT 1;", "\\d a|SELECT 1")]
    [InlineData("SELECT 1\n", "SELECT 1")]
    public void A_script_is_cut_where_its_statements_end(string script, string expected)
    {
        var buffer = Buffer();
        buffer.Append(script);

        Assert.Equal(expected.Split('|'), Drain(buffer).Select(item => item.Text));
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void A_statement_is_taken_only_when_its_semicolon_has_come()
    {
        var buffer = Buffer();
        buffer.Append("SELECT 'a;\n");
        Assert.Null(buffer.Take(atEnd: false));
        buffer.Append("b';\n");

        Assert.Equal("SELECT 'a;\nb'", buffer.Take(atEnd: false)?.Text);
        Assert.Null(buffer.Take(atEnd: false));
    }

    [Fact]
    public void Each_statement_knows_where_it_begins()
    {
        var buffer = Buffer();
        buffer.Append("-- head\nSELECT 1;  SELECT\n 2;\n\n   \\l\nx");

        Assert.Equal(
            ["2:1", "2:12", "5:4", "6:1"],
            Drain(buffer).Select(item => $"{item.Origin.Line}:{item.Origin.Column}"));
    }

    [Fact]
    public void The_language_of_each_statement_decides_its_end()
    {
        var buffer = new StatementBuffer(
            file: null,
            text => text.StartsWith("BACKUP", StringComparison.Ordinal),
            new FirstBar(),
            new DatabaseStatementRules());
        buffer.Append("BACKUP ' ; | SELECT 1;");

        Assert.Equal(["BACKUP ' ;", "SELECT 1"], Drain(buffer).Select(item => item.Text));
    }

    [Fact]
    public void Cutting_line_by_line_gives_the_same_as_cutting_at_once() =>
        Prop.ForAll(
            Gen.Elements("SELECT", ";", "'", "\"", "--", "/*", "*/", "\n", " ", "CREATE TRIGGER", "END", "[", "]", "a")
                .ListOf().Select(string.Concat).ToArbitrary(),
            script =>
            {
                var whole = Buffer();
                whole.Append(script + "\n");
                var byLine = Buffer();
                var items = new List<ScriptItem>();
                foreach (var line in script.Split('\n'))
                {
                    byLine.Append(line + "\n");
                    while (byLine.Take(atEnd: false) is { } item)
                        items.Add(item);
                }

                items.AddRange(Drain(byLine));
                Assert.Equal(Drain(whole), items);
            }).QuickCheckThrowOnFailure();

    private static StatementBuffer Buffer() =>
        new("f", _ => false, new DatabaseStatementRules(), new DatabaseStatementRules());

    private static List<ScriptItem> Drain(StatementBuffer buffer)
    {
        var items = new List<ScriptItem>();
        while (buffer.Take(atEnd: true) is { } item)
            items.Add(item);
        return items;
    }

    private sealed class FirstBar : IStatementRules
    {
        public int FindEnd(ReadOnlySpan<char> text) => text.IndexOf('|');
    }
}
