using Backup.Sql.Repl.Editing;

namespace Backup.Sql.Repl.Tests.Editing;

public sealed class HistoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-history-").FullName;

    private string FilePath => Path.Combine(_directory, "state", "history");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Entries_of_any_text_survive_the_run()
    {
        string[] entries = ["plain", "two\nlines", "back\\slash", "a\\nb", "\\\\\n\\", "ends\\"];
        var first = new History(FilePath, entry => entry);
        foreach (var entry in entries)
            first.Add(entry);

        var second = new History(FilePath, entry => entry);

        Assert.Equal(entries, Enumerable.Range(0, second.Count).Select(i => second[i]));
    }

    [Fact]
    public void What_the_redaction_gives_reaches_the_file_and_nothing_else()
    {
        var history = new History(FilePath, entry => entry == "secret" ? null : entry + "!");
        history.Add("open");
        history.Add("secret");

        Assert.Equal("secret", history[1]);
        Assert.Equal("open!\n", File.ReadAllText(FilePath));
    }

    [Fact]
    public void Only_the_user_may_read_the_file()
    {
        if (OperatingSystem.IsWindows())
            return;
        new History(FilePath, entry => entry).Add("one");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void Repeated_and_empty_entries_are_left_out()
    {
        var history = new History(path: null, redact: _ => null);
        history.Add("a");
        history.Add("a");
        history.Add("  ");
        history.Add("b");

        Assert.Equal(2, history.Count);
    }

    [Fact]
    public void A_history_that_cannot_be_written_is_kept_in_memory()
    {
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        var history = new History(Path.Combine(file, "history"), entry => entry);
        history.Add("a");

        Assert.Equal("a", history[0]);
    }
}
