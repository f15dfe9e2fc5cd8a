using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Tests.Shell;

public sealed class ShellCompleterTests
{
    private readonly CompletionState _names = new();
    private readonly ShellCompleter _completer;

    public ShellCompleterTests()
    {
        var session = new FakeSession { CurrentDatabase = "shop" };
        session.Databases.AddRange(["shop", "Stock room"]);
        session.Tables.AddRange(["till", "orders", "Order"]);
        _names.RefreshAsync(session, default).GetAwaiter().GetResult();
        _completer = new ShellCompleter(
            text => text.Length == 0 ? ["BACKUP", "RESTORE"] : ["DATABASE", "revision_history"], _names);
    }

    [Theory]
    [InlineData("BACK", 0, "BACKUP")]
    [InlineData("backup dat", 7, "database")]
    [InlineData("BACKUP REST", 7, "")]
    [InlineData("BACKUP DATABASE sh", 16, "shop")]
    [InlineData("BACKUP DATABASE sto", 16, "\"Stock room\"")]
    [InlineData("BACKUP DATABASE \"Sto", 16, "\"Stock room\"")]
    [InlineData("BACKUP TABLE shop.o", 18, "Order,orders")]
    [InlineData("BACKUP TABLE other.o", 19, "")]
    [InlineData("RESTORE FROM 'nodelocal://self/re", 31, "")]
    [InlineData("\\", 0, "\\?,\\c,\\d,\\i,\\l,\\q")]
    [InlineData("\\c s", 3, "shop,Stock room")]
    [InlineData("\\d t", 3, "till")]
    [InlineData("\\q t", 3, "")]
    public void A_word_is_completed_by_its_place(string text, int start, string candidates)
    {
        var offer = _completer.Complete(text);

        Assert.Equal(start, offer.Start);
        Assert.Equal(candidates, string.Join(',', offer.Candidates));
    }

    [Fact]
    public void The_lines_before_belong_to_the_statement()
    {
        _names.Entered = "BACKUP\n";
        Assert.Equal(["DATABASE"], _completer.Complete("D").Candidates);

        _names.Entered = "RESTORE FROM 'a\n";
        Assert.Empty(_completer.Complete("D").Candidates);
    }
}
