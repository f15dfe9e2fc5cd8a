using Backup.Sql.Repl.Editing;

namespace Backup.Sql.Repl.Tests.Editing;

public sealed class LineEditorTests
{
    private readonly History _history = new(path: null, redact: _ => null);
    private readonly FakeCompleter _completer = new();

    [Fact]
    public void A_typed_line_is_what_was_typed()
    {
        var terminal = new FakeTerminal().Type("SHOW JOBS;").Press(ConsoleKey.Enter);

        Assert.Equal(LineRead.Entered("SHOW JOBS;"), Editor(terminal).Read("shop> "));
        Assert.Equal("shop> SHOW JOBS;", terminal.Lines[0]);
    }

    [Fact]
    public void Arrows_home_and_end_move_the_cursor()
    {
        var terminal = new FakeTerminal().Type("bd")
            .Press(ConsoleKey.LeftArrow).Type("c")
            .Press(ConsoleKey.Home).Type("a")
            .Press(ConsoleKey.RightArrow, ConsoleKey.End).Type("e")
            .Press(ConsoleKey.Enter);

        Assert.Equal("abcde", Editor(terminal).Read("> ").Text);
        Assert.Contains("> bc|d", terminal.Screens);
        Assert.Contains("> a|bcd", terminal.Screens);
    }

    [Fact]
    public void Deleting_removes_characters_words_and_ends()
    {
        var terminal = new FakeTerminal().Type("one two threex")
            .Press(ConsoleKey.Backspace)
            .Control(ConsoleKey.W)
            .Type("four")
            .Press(ConsoleKey.Home, ConsoleKey.Delete).Type("O")
            .Control(ConsoleKey.RightArrow, ConsoleKey.K)
            .Type("!")
            .Press(ConsoleKey.Enter);

        Assert.Equal("One!", Editor(terminal).Read("> ").Text);
        Assert.Contains("> One two four|".Length, terminal.Screens.Select(screen => screen.Length));
    }

    [Fact]
    public void A_character_of_several_units_is_deleted_whole()
    {
        var terminal = new FakeTerminal().Type("a😀e\u0301")
            .Press(ConsoleKey.Backspace, ConsoleKey.LeftArrow).Type("b").Press(ConsoleKey.Enter);

        Assert.Equal("ab😀", Editor(terminal).Read("> ").Text);
    }

    [Fact]
    public void Up_and_down_walk_the_history_and_come_back_to_what_was_being_typed()
    {
        _history.Add("first");
        _history.Add("second");
        var terminal = new FakeTerminal().Type("dra")
            .Press(ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.UpArrow)
            .Press(ConsoleKey.DownArrow, ConsoleKey.DownArrow)
            .Type("ft").Press(ConsoleKey.Enter);

        Assert.Equal("draft", Editor(terminal).Read("> ").Text);
        Assert.Contains("> first|", terminal.Screens);
        Assert.Contains("> second|", terminal.Screens);
    }

    [Fact]
    public void A_recalled_statement_of_several_lines_stands_in_one_and_keeps_its_line_feeds()
    {
        _history.Add("SHOW\nJOBS;");
        var terminal = new FakeTerminal().Press(ConsoleKey.UpArrow, ConsoleKey.Enter);

        Assert.Equal("SHOW\nJOBS;", Editor(terminal).Read("> ").Text);
        Assert.Contains("> SHOW↵JOBS;|", terminal.Screens);
    }

    [Fact]
    public void Ctrl_C_forgets_the_line_and_Ctrl_D_ends_only_when_it_is_empty()
    {
        var cancelled = new FakeTerminal().Type("abc").Control(ConsoleKey.C);
        var deleted = new FakeTerminal().Type("abc")
            .Press(ConsoleKey.Home).Control(ConsoleKey.D).Press(ConsoleKey.Enter);
        var ended = new FakeTerminal().Control(ConsoleKey.D);

        Assert.Equal(LineRead.Cancelled, Editor(cancelled).Read("> "));
        Assert.Equal("bc", Editor(deleted).Read("> ").Text);
        Assert.Equal(LineRead.End, Editor(ended).Read("> "));
    }

    [Fact]
    public void A_long_line_scrolls_sideways_and_never_wraps()
    {
        var text = string.Concat(Enumerable.Range(0, 10).Select(i => $"{i}abcdefghi"));
        var terminal = new FakeTerminal(width: 20).Type(text)
            .Press(ConsoleKey.Home, ConsoleKey.RightArrow, ConsoleKey.Enter);

        Assert.Equal(text, Editor(terminal).Read("> ").Text);
        Assert.Contains("> 0|abcdefghi1abcdef", terminal.Screens);
        Assert.Contains("> cdefghi9abcdefghi|", terminal.Screens);
    }

    [Fact]
    public void Tab_completes_the_only_candidate()
    {
        _completer.Words.AddRange(["BACKUP", "RESTORE"]);
        var terminal = new FakeTerminal().Type("res\t").Type("x").Press(ConsoleKey.Enter);

        Assert.Equal("RESTORE x", Editor(terminal).Read("> ").Text);
    }

    [Fact]
    public void Tab_completes_as_far_as_candidates_agree_and_then_lists_them()
    {
        _completer.Words.AddRange(["SHOW BACKUP", "SHOW BACKUPS"]);
        var terminal = new FakeTerminal().Type("sh\t\t").Press(ConsoleKey.Enter);

        Assert.Equal("SHOW BACKUP", Editor(terminal).Read("> ").Text);
        Assert.Contains("SHOW BACKUP   SHOW BACKUPS", terminal.Lines);
    }

    [Fact]
    public void Tab_without_a_candidate_rings_and_changes_nothing()
    {
        var terminal = new FakeTerminal().Type("zzz\t").Press(ConsoleKey.Enter);

        Assert.Equal("zzz", Editor(terminal).Read("> ").Text);
        Assert.True(terminal.Rang);
    }

    [Fact]
    public void A_tab_in_pasted_text_is_a_blank()
    {
        _completer.Words.Add("SELECT");
        var terminal = new FakeTerminal { Pasting = true }.Type("SEL\t1\r");

        Assert.Equal("SEL 1", Editor(terminal).Read("> ").Text);
    }

    private LineEditor Editor(FakeTerminal terminal) => new(terminal, _history, _completer);

    private sealed class FakeCompleter : ICompleter
    {
        public List<string> Words { get; } = [];

        public CompletionOffer Complete(string text) =>
            new(0, [.. Words.Where(word => word.StartsWith(text, StringComparison.OrdinalIgnoreCase))]);
    }
}
