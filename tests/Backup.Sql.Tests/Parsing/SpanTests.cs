using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Syntax;

namespace Backup.Sql.Tests.Parsing;

public sealed class SpanTests
{
    [Fact]
    public void Nodes_know_where_they_stood()
    {
        const string Text = "SHOW JOBS;\n  BACKUP TABLE shop.till, x INTO LATEST\n IN ('a', $2)"
            + " AS OF SYSTEM TIME - '1s' WITH kms = 'k', pause";
        var backup = Assert.IsType<BackupStatement>(BackupSqlParser.Parse(Text)[1]);
        var table = Assert.IsType<TableTargets>(backup.Targets).Tables[0];

        Assert.Equal("BACKUP", At(Text, backup.Span)[..6]);
        Assert.Equal(Text.Length, backup.Span.Start + backup.Span.Length);
        Assert.Equal((2, 3), (backup.Span.Line, backup.Span.Column));
        Assert.Equal("shop.till", At(Text, table.Span));
        Assert.Equal("till", At(Text, table.Parts[1].Span));
        Assert.Equal("LATEST\n IN", At(Text, backup.Destination.Span));
        Assert.Equal("$2", At(Text, backup.Uris[1].Span));
        Assert.Equal((3, 11), (backup.Uris[1].Span.Line, backup.Uris[1].Span.Column));
        Assert.Equal("- '1s'", At(Text, backup.AsOf!.Span));
        Assert.Equal("kms = 'k'", At(Text, backup.Options.SpanOf("kms")));
        Assert.Equal("pause", At(Text, backup.Options.SpanOf("pause")));
        Assert.Equal("WITH kms = 'k', pause", At(Text, backup.Options.SpanOf("detached")));
    }

    [Fact]
    public void Places_are_no_part_of_equality() => Assert.Equal(
        BackupSqlParser.ParseStatement("BACKUP DATABASE shop INTO 'x' WITH detached, pause"),
        BackupSqlParser.ParseStatement("  backup\ndatabase SHOP into x with options (pause = true, detached);"));

    [Fact]
    public void Errors_point_at_the_token_with_a_caret()
    {
        var error = Assert.Throws<BackupSqlException>(() => BackupSqlParser.Parse("SHOW JOBS;\n\tBACKUP INTO 'é' foo"));
        Assert.Equal((2, 18, 3), (error.Line, error.Column, error.Length));
        Assert.Equal(" BACKUP INTO 'é' foo\n                 ^", error.Detail);
    }

    [Fact]
    public void Excerpts_of_long_lines_are_cut_around_the_caret()
    {
        var text = $"BACKUP {string.Join(",", Enumerable.Repeat("table_name", 100))} foo {new string(' ', 300)}";
        var lines = Assert.Throws<BackupSqlException>(() => BackupSqlParser.Parse(text)).Detail!.Split('\n');
        Assert.True(lines[0].Length < 210);
        Assert.Equal("foo", lines[0].Substring(lines[1].IndexOf('^'), 3));
    }

    [Theory]
    [InlineData("BACKUP INTO 'v' WITH encryption_passphrase 'hush'")]
    [InlineData("BACKUP INTO 'v' WITH foo, encryption_passphrase = 'hush'")]
    [InlineData("foo; BACKUP INTO 'v' WITH encryption_passphrase = 'hush'")]
    [InlineData("BACKUP INTO 'v' WITH encryption_passphrase = 'hush'; foo")]
    [InlineData("BACKUP INTO 's3://b/p?AWS_SECRET_ACCESS_KEY=hush' foo")]
    [InlineData("BACKUP INTO 's3://b/p?X=hush' foo")]
    [InlineData("BACKUP INTO foo foo 'gs://user:hush@b/p'")]
    [InlineData("BACKUP INTO \"gs://user:hush@b/p\" foo")]
    [InlineData("BACKUP INTO $$gs://user:hush@b/p$$ foo")]
    [InlineData("BACKUP INTO 'v' 's3://b/p?AWS_SECRET_ACCESS_KEY=hush")]
    [InlineData("CREATE REPOSITORY r WITH BROKER ON LOCATION 'x' PROPERTIES ('password' 'hush')")]
    [InlineData("CREATE REPOSITORY r WITH BROKER ON LOCATION 'x' PROPERTIES ('aws.s3.secret_key' = \"hush\", foo)")]
    [InlineData("ALTER BACKUP 'x' DROP PASSPHRASE = e'hush\\u12'")]
    public void Errors_show_no_secret(string text)
    {
        var error = Assert.Throws<BackupSqlException>(() => BackupSqlParser.Parse(text));
        Assert.DoesNotContain("hush", $"{error.Message}\n{error.Detail}\n{error.Hint}", StringComparison.Ordinal);
        Assert.All(error.Others, other => Assert.DoesNotContain("hush", $"{other.Message}\n{other.Detail}"));
    }

    [Fact]
    public void All_errors_of_a_script_are_collected()
    {
        var error = Assert.Throws<BackupSqlException>(
            () => BackupSqlParser.Parse("BACKUP;\nSHOW JOBS;\nRESTORE x y;\nSHOW BACKUPS ON 'x';\nBACKUP `"));
        Assert.Equal([1, 3, 4, 5], error.Others.Prepend(error).Select(e => e.Line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-- nothing")]
    [InlineData("SHOW JOBS; SHOW JOBS")]
    public void One_statement_is_neither_none_nor_two(string text)
    {
        var error = Assert.Throws<BackupSqlException>(() => BackupSqlParser.ParseStatement(text));
        Assert.Equal(SqlStates.SyntaxError, error.SqlState);
    }

    [Fact]
    public void Nodes_print_no_secret()
    {
        var statement = BackupSqlParser.ParseStatement("BACKUP INTO 's3://hush' WITH encryption_passphrase = 'hush'");
        var backup = Assert.IsType<BackupStatement>(statement);
        var printed = $"{backup} {backup.Options} {backup.Uris} {backup.Uris[0]}";
        Assert.DoesNotContain("hush", printed, StringComparison.Ordinal);
    }

    private static string At(string text, SourceSpan span) => text.Substring(span.Start, span.Length);
}
