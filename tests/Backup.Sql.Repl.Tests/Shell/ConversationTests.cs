using Backup.Sql.Repl.Editing;
using Backup.Sql.Repl.Output;
using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Tests.Shell;

public sealed class ConversationTests : IDisposable
{
    private readonly FakeSession _session = new() { CurrentDatabase = "shop" };
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _errors = new() { NewLine = "\n" };
    private readonly Interrupts _interrupts = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-shell-").FullName;

    public ConversationTests()
    {
        _session.Databases.AddRange(["shop", "stock"]);
        _session.Tables.Add("till");
    }

    public void Dispose()
    {
        _interrupts.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_statement_over_several_lines_is_executed_once_its_semicolon_comes()
    {
        var lines = new FakeLines("SELECT", "  1", "; \\l");

        Assert.True(await TalkAsync(lines));

        Assert.Equal("SELECT\n  1", _session.Executed[0]);
        Assert.Equal(["shop> ", "   -> ", "   -> "], lines.Prompts.Take(3));
        Assert.Contains(" one\n-----\n   1\n(1 row)\nSELECT 1\n", _output.ToString());
        Assert.Equal("notice: Mind the gap.\n", _errors.ToString());
        Assert.Equal(["SELECT\n  1\n; \\l"], lines.Remembered);
    }

    [Fact]
    public async Task After_a_failure_the_conversation_goes_on_and_the_rest_of_the_line_is_dropped()
    {
        var lines = new FakeLines("FAIL; SELECT 1;", "SELECT 2;");

        Assert.True(await TalkAsync(lines));

        Assert.Equal(["FAIL", "SELECT 2"], _session.Executed);
        Assert.StartsWith("error 42601 at line 1, column 2: refused\n", _errors.ToString());
    }

    [Fact]
    public async Task Redirected_input_ends_at_the_first_failure()
    {
        Assert.False(await TalkAsync(new RedirectedLineReader(new StringReader("SELECT 1;\n\n FAIL;\nSELECT 2;"))));

        Assert.Equal(["SELECT 1", "FAIL"], _session.Executed);
        Assert.Contains("error 42601 at line 3, column 3: refused\n", _errors.ToString());
    }

    [Fact]
    public async Task The_last_statement_of_redirected_input_needs_no_semicolon()
    {
        Assert.True(await TalkAsync(new RedirectedLineReader(new StringReader("SELECT 1;\nSELECT 2\n"))));

        Assert.Equal(["SELECT 1", "SELECT 2"], _session.Executed);
    }

    [Fact]
    public async Task Cancelling_the_line_forgets_what_was_typed_before_it()
    {
        var lines = new FakeLines("SELECT 1", FakeLines.Cancel, "SELECT 2;");

        await TalkAsync(lines);

        Assert.Equal(["SELECT 2"], _session.Executed);
    }

    [Fact]
    public async Task A_defect_is_reported_and_survived()
    {
        await TalkAsync(new FakeLines("BUG;", "SELECT 1;"));

        Assert.Contains("error XX000: ", _errors.ToString());
        Assert.Contains("defect", _errors.ToString());
        Assert.Equal(["BUG", "SELECT 1"], _session.Executed);
    }

    [Fact]
    public async Task Cancelling_a_statement_is_an_error_of_its_own()
    {
        using var cancel = new CancellationTokenSource();
        var running = TalkAsync(new FakeLines("WAIT;"), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAfter(running, cancel.Token));
        Assert.Contains("error 57014: the statement was cancelled\n", _errors.ToString());
    }

    [Fact]
    public async Task Commands_list_and_choose_and_describe()
    {
        await TalkAsync(new FakeLines("\\l", "\\c stock", "\\d", "\\d TILL", "\\?"));

        var text = _output.ToString();
        Assert.Contains(" shop     | true\n stock    | false\n", text);
        Assert.Contains(" till | table\n", text);
        Assert.Contains(" id     | Integer     | false    |    1\n note   | VARCHAR(10) | true     | NULL\n", text);
        Assert.Contains("\\i FILE", text);
        Assert.Equal("stock", _session.CurrentDatabase);
        Assert.Equal("", _errors.ToString());
    }

    [Fact]
    public async Task Commands_that_cannot_be_carried_out_say_what_to_type()
    {
        await TalkAsync(new FakeLines("\\x", "\\c", "\\d nowhere", "\\i nofile.sql"));

        var text = _errors.ToString();
        Assert.Contains("unknown command \\x\n", text);
        Assert.Contains("hint: Type \\c NAME.\n", text);
        Assert.Contains("database \"shop\" has nothing called \"nowhere\"\n", text);
        Assert.Contains("error 58030 at", text.Replace("error 58030:", "error 58030 at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_is_executed_from_a_file_and_its_errors_name_it()
    {
        var script = Path.Combine(_directory, "s.sql");
        await File.WriteAllTextAsync(script, "SELECT 1;\nFAIL;\nSELECT 2;");

        await TalkAsync(new FakeLines($"\\i {script}"));

        Assert.Equal(["SELECT 1", "FAIL"], _session.Executed);
        Assert.Contains($"error 42601 in {script}, line 2, column 2: refused\n", _errors.ToString());
    }

    [Fact]
    public async Task A_script_that_reads_itself_ends_with_an_error()
    {
        var script = Path.Combine(_directory, "loop.sql");
        await File.WriteAllTextAsync(script, $"\\i {script}\n");

        await TalkAsync(new FakeLines($"\\i {script}"));

        Assert.Contains("error 54001", _errors.ToString());
    }

    [Fact]
    public async Task Quitting_leaves_the_rest_alone()
    {
        await TalkAsync(new FakeLines("SELECT 1; \\q", "SELECT 2;"));

        Assert.Equal(["SELECT 1"], _session.Executed);
    }

    private static async Task RunAfter(Task running, CancellationToken cancellationToken)
    {
        await running;
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Task<bool> TalkAsync(ILineReader lines, CancellationToken cancellationToken = default)
    {
        var screen = new Screen
        {
            Output = _output,
            Answers = new TableWriter(_output, null),
            Errors = new ErrorWriter(_errors),
            Progress = new NoProgressView(),
            ShowTags = true,
        };
        var shell = new StatementShell(_session, screen, _interrupts, NewBuffer, TimeProvider.System);
        var names = lines is FakeLines ? new CompletionState() : null;
        return new Conversation(lines, shell, _session, names, NewBuffer).RunAsync(cancellationToken);
    }

    private static StatementBuffer NewBuffer(string? file) =>
        new(file, _ => false, new DatabaseStatementRules(), new DatabaseStatementRules());

    private sealed class FakeLines(params string[] lines) : ILineReader
    {
        public const string Cancel = "<Ctrl-C>";

        private int _next;

        public List<string> Prompts { get; } = [];

        public List<string> Remembered { get; } = [];

        public LineRead Read(string prompt)
        {
            Prompts.Add(prompt);
            if (_next == lines.Length)
                return LineRead.End;
            return lines[_next++] is var line && line == Cancel ? LineRead.Cancelled : LineRead.Entered(line);
        }

        public void Remember(string entry) => Remembered.Add(entry);
    }
}
