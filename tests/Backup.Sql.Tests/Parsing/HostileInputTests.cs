using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Syntax;
using Backup.Sql.Tests.Syntax;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Parsing;

/// <summary>Input of any kind ends in a tree or in a <see cref="BackupSqlException"/>, and soon.</summary>
public sealed class HostileInputTests
{
    private const int Mebibyte = 1 << 20;

    private static readonly string[] _soup =
    [
        "'", "\"", "`", "$$", "$t$", "$1", "e'", "\\", "/*", "*/", "--", "\n", ";", "(", ")", "[", "]", ",", ".",
        "=", "::", "*", "1", "1e9", ".5", "x", "é", "\uD83D", "\uDE00", "\0", "\u007F", "\u3000", "EXPLAIN",
        "TABLE", "DATABASE", "SNAPSHOT", "WITH", "OPTIONS", "IN", "FROM", "INTO", "TO", "LATEST", "AS", "OF",
        "SYSTEM", "TIME", "NOT", "-", "SELECT", "VALUES",
    ];

    private static readonly Dictionary<string, Func<string>> _giants = new()
    {
        ["a string"] = () => $"BACKUP INTO '{new string('x', Mebibyte)}'",
        ["a string that does not end"] = () => $"BACKUP INTO '{new string('x', Mebibyte)}",
        ["letters beyond ASCII"] = () => $"BACKUP {new string('é', Mebibyte)} INTO 'x'",
        ["a dollar quote that does not end"] = () => $"BACKUP INTO $tag${new string('$', Mebibyte)}",
        ["many names"] = () => $"BACKUP {Joined(", ", "till", 6)} INTO 'x'",
        ["many locations"] = () => $"BACKUP INTO ({Joined(",", "'u'", 4)})",
        ["a long sum"] = () => $"SHOW JOB {Joined("+", "1", 2)}",
        ["a long list of values"] = () => $"SHOW JOBS VALUES {Joined(",", "(1)", 4)}",
        ["many NOTs"] = () => $"SHOW JOB {Joined("", "NOT ", 4)}1",
        ["many signs"] = () => $"SHOW JOB {Joined("", "- ", 2)}1",
        ["many casts"] = () => $"SHOW JOB 1{Joined("", "::int", 5)}",
        ["many comparisons with NOT"] = () => $"SHOW JOB a{Joined("", " = NOT a", 8)}",
        ["open brackets"] = () => $"SHOW JOB {new string('(', Mebibyte)}",
        ["open square brackets"] = () => $"SHOW JOB {Joined("", "ARRAY[", 6)}",
        ["open queries"] = () => $"SHOW JOBS SELECT * FROM {Joined("", "[SELECT * FROM ", 15)}",
        ["nested comments"] = () => $"{Joined("", "/*", 2)} BACKUP",
        ["semicolons"] = () => new string(';', Mebibyte),
        ["statements"] = () => string.Concat(Enumerable.Repeat("SHOW JOBS;", Mebibyte / 10)),
        ["faulty statements"] = () => string.Concat(Enumerable.Repeat("SHOW x;", 20_000)),
        ["faulty characters"] = () => string.Concat(Enumerable.Repeat("?;", 100_000)),
        ["quotes"] = () => new string('\'', Mebibyte),
        ["back-quotes"] = () => new string('`', Mebibyte),
        ["backslashes in a StarRocks string"] = () => $"CREATE REPOSITORY r WITH BROKER '{new string('\\', Mebibyte)}",
        ["digits"] = () => $"SHOW JOB {new string('1', Mebibyte)}",
        ["one long line with an error at its end"] = () => $"BACKUP {Joined(",", "t", 2)} foo",
    };

    public static TheoryData<string> Giants => [.. _giants.Keys];

    [Theory]
    [MemberData(nameof(Giants))]
    public void A_mebibyte_of_anything_is_answered(string giant) => Answer(_giants[giant]());

    [Fact]
    public void Threads_may_parse_at_once()
    {
        const string Text = "BACKUP TABLE a.b INTO LATEST IN 'x' AS OF SYSTEM TIME '-1s' WITH OPTIONS (detached)";
        Parallel.For(0, 500, _ => Assert.Equal(
            Text, SqlFormatter.Format(BackupSqlParser.ParseStatement(Text), FormatMode.Exposed)));
    }

    [Fact]
    public void Ten_thousand_brackets_are_nested_too_deeply()
    {
        var text = $"SHOW JOB {new string('(', 10_000)}1{new string(')', 10_000)}";
        var error = Assert.Throws<BackupSqlException>(() => BackupSqlParser.Parse(text));
        Assert.Equal(SqlStates.TooComplex, error.SqlState);
        Assert.Equal((1, 10 + 200), (error.Line, error.Column));
    }

    [Fact]
    public void Nesting_is_allowed_up_to_the_limit()
    {
        Assert.Null(Answer(Nested(190)));
        Assert.Equal(SqlStates.TooComplex, Answer(Nested(201))!.SqlState);

        static string Nested(int depth) => $"SHOW JOB {new string('(', depth)}1{new string(')', depth)}";
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_where_it_stands()
    {
        const string Text = "SHOW JOBS;\nBACKUP \uDE00 INTO 'x'";
        var error = Assert.Throws<BackupSqlException>(() => BackupSqlParser.Parse(Text));
        Assert.Equal((2, 8), (error.Line, error.Column));
    }

    [Fact]
    public void Random_words_are_answered() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = random.Next(1, 60); i > 0; i--)
        {
            var word = random.Next(3) == 0
                ? _soup[random.Next(_soup.Length)]
                : BackupSqlParser.Keywords[random.Next(BackupSqlParser.Keywords.Count)];
            text.Append(word).Append(random.Next(4) == 0 ? "" : " ");
        }

        Answer(text.ToString());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void An_escape_that_a_line_break_cuts_is_answered_on_one_line() =>
        Answer("BACKUP INTO e'\\u07\nFF'");

    [Fact]
    public void Mutilated_statements_are_answered() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var text = new StringBuilder(SqlFormatter.Format(new StatementMaker(seed).Make(), FormatMode.Exposed));
        for (var i = random.Next(1, 4); i > 0 && text.Length > 1; i--)
        {
            var at = random.Next(text.Length);
            if (random.Next(2) == 0)
                text.Remove(at, Math.Min(random.Next(1, 8), text.Length - at));
            else
                text.Insert(at, _soup[random.Next(_soup.Length)]);
        }

        Answer(text.ToString());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Every_prefix_of_a_statement_is_answered()
    {
        const string Text =
            "BACKUP TABLE \"a\".b INTO LATEST IN ('x', e'\\x41') AS OF SYSTEM TIME '-1s' WITH kms = $1 /* c */ ;";
        for (var length = 0; length <= Text.Length; length++)
        {
            Answer(Text[..length]);
            Answer(Text[length..]);
        }
    }

    private static string Joined(string separator, string piece, int share) =>
        string.Join(separator, Enumerable.Repeat(piece, Mebibyte / share));

    /// <summary>Puts a text through every public member; gives the error that parsing it ended in.</summary>
    private static BackupSqlException? Answer(string text)
    {
        BackupSqlParser.IsBackupStatement(text);
        BackupSqlParser.FirstStatement(text);
        if (text.Length < 10_000)
            BackupSqlParser.KeywordsAfter(text);
        try
        {
            foreach (var statement in BackupSqlParser.Parse(text))
                SqlFormatter.Format(statement);
            return null;
        }
        catch (BackupSqlException error)
        {
            Assert.True(error.Line > 0 && error.Column > 0, error.Message);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Equal(2, error.Detail!.Split('\n').Length);
            return error;
        }
    }
}
