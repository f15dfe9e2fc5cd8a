using Backup.Sql.Diagnostics;
using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Tests.Output;

public sealed class ErrorWriterTests
{
    [Fact]
    public void An_error_shows_code_place_source_line_and_hint()
    {
        var error = new BackupSqlException(SqlStates.SyntaxError, "at or near \"frm\": syntax error")
        {
            Line = 1,
            Column = 9,
            Detail = "RESTORE\tfrm\n       \t^^^",
            Hint = "Did you mean FROM?",
        };

        Assert.Equal(
            """
            error 42601 at line 1, column 9: at or near "frm": syntax error
              RESTORE frm
                      ^^^
            hint: Did you mean FROM?

            """,
            Print(error, TextOrigin.Typed));
    }

    [Fact]
    public void The_place_is_counted_in_the_text_that_the_user_knows()
    {
        var first = new BackupSqlException(SqlStates.SyntaxError, "one") { Line = 1, Column = 3 };
        var later = new BackupSqlException(SqlStates.SyntaxError, "two") { Line = 2, Column = 3 };

        Assert.Equal(
            "error 42601 in nightly.sql, line 10, column 7: one\n", Print(first, new TextOrigin("nightly.sql", 10, 5)));
        Assert.Equal(
            "error 42601 in nightly.sql, line 11, column 3: two\n", Print(later, new TextOrigin("nightly.sql", 10, 5)));
    }

    [Fact]
    public void An_error_without_a_place_names_the_statement_of_the_script()
    {
        var error = new BackupSqlException(SqlStates.IoError, "the disk failed");

        Assert.Equal(
            "error 58030 in nightly.sql, statement at line 4: the disk failed\n",
            Print(error, new TextOrigin("nightly.sql", 4, 1)));
        Assert.Equal("error 58030: the disk failed\n", Print(error, TextOrigin.Typed));
    }

    [Fact]
    public void All_errors_of_a_text_are_printed()
    {
        var error = new BackupSqlException(SqlStates.SyntaxError, "one")
        {
            Others = [new BackupSqlException(SqlStates.SyntaxError, "two")],
        };

        Assert.Equal("error 42601: one\nerror 42601: two\n", Print(error, TextOrigin.Typed));
    }

    private static string Print(BackupSqlException error, TextOrigin origin)
    {
        var output = new StringWriter { NewLine = "\n" };
        new ErrorWriter(output).Write(error, origin);
        return output.ToString();
    }
}
