using Backup.Sql.Repl.Commands;
using Backup.Sql.Syntax;

namespace Backup.Sql.Repl.Tests.Commands;

public sealed class ParseCommandTests
{
    [Fact]
    public async Task Standard_input_is_printed_in_canonical_form()
    {
        var run = await ToolProcess.RunInAsync(null, "backup database shop into 'file:///b';\n show jobs", "parse");

        Assert.Equal(new ToolRun(0, "BACKUP DATABASE shop INTO '*****'\nSHOW JOBS\n", ""), run);
    }

    [Theory]
    [InlineData("redacted", "BACKUP DATABASE shop INTO '*****'")]
    [InlineData("Exposed", "BACKUP DATABASE shop INTO 's3://b/p?AWS_SECRET_ACCESS_KEY=k'")]
    [InlineData("described", "BACKUP DATABASE shop INTO 's3://b/p?AWS_SECRET_ACCESS_KEY=redacted'")]
    public async Task The_mode_decides_what_is_shown_of_secrets(string mode, string canonical)
    {
        var run = await ToolProcess.RunInAsync(
            null, "backup database shop into 's3://b/p?AWS_SECRET_ACCESS_KEY=k'", "parse", "--mode", mode);

        Assert.Equal(canonical + "\n", run.Output);
    }

    [Fact]
    public async Task Line_by_line_every_line_has_its_answer()
    {
        var run = await ToolProcess.RunInAsync(
            null,
            "show jobs\r\n\n-- only a comment\nbackup frm\nshow jobs; show backups in 'mem://x'\n'",
            "parse",
            "--lines");

        Assert.Equal(0, run.ExitCode);
        var lines = run.Output.Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Equal(["SHOW JOBS", "", ""], lines[..3]);
        Assert.Matches(@"^ERROR 42601 1:\d+ ", lines[3]);
        Assert.Equal("SHOW JOBS; SHOW BACKUPS IN '*****'", lines[4]);
        Assert.Matches(@"^ERROR 42601 1:1 ", lines[5]);
        Assert.Equal("", lines[6]);
    }

    [Fact]
    public async Task All_errors_of_a_script_go_to_standard_error_with_caret_and_place()
    {
        var run = await ToolProcess.RunInAsync(
            null, "SHOW JOBS;\nRESTORE DATABASE shop FRM LATEST IN 'x';\nSHOW JBS;", "parse");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains("error 42601 at line 2, column 23: ", run.Errors);
        Assert.Contains("RESTORE DATABASE shop FRM LATEST IN 'x'", run.Errors);
        Assert.Contains("\n                        ^", run.Errors);
        Assert.Contains("error 42601 at line 3, column 6: ", run.Errors);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_error_with_its_name()
    {
        var run = await ToolProcess.RunAsync("parse", "no-such-file.sql");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("error 58030: cannot read no-such-file.sql\n", run.Errors);
    }

    [Theory]
    [InlineData("a\nb\r\nc\rd\n", "a|b|c\rd")]
    [InlineData("\n\n", "|")]
    [InlineData("last", "last")]
    [InlineData("", null)]
    public async Task Lines_end_with_line_feeds_alone(string text, string? expected)
    {
        var reader = new FeedLineReader(new StringReader(text));
        var lines = new List<string>();
        while (await reader.ReadAsync(default) is { } line)
            lines.Add(line);

        Assert.Equal(expected?.Split('|') ?? [], lines);
    }

    [Fact]
    public async Task A_line_longer_than_the_buffer_is_read_whole()
    {
        var text = new string('x', 100_000);

        Assert.Equal(text, await new FeedLineReader(new StringReader(text + "\n")).ReadAsync(default));
    }

    [Fact]
    public void An_error_stays_on_its_line_whatever_the_input_holds()
    {
        var answer = new CanonicalPrinter(FormatMode.Redacted).PrintLine("backup \"a\u0085\r\u2028b' into");

        Assert.StartsWith("ERROR ", answer);
        Assert.DoesNotContain('\n', answer);
    }
}
