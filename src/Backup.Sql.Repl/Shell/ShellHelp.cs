namespace Backup.Sql.Repl.Shell;

/// <summary>What <c>\?</c> prints.</summary>
internal static class ShellHelp
{
    /// <summary>The text.</summary>
    public const string Text = """
        Statements end with ; and may span lines. Those of the backup dialect are executed here:
          BACKUP DATABASE shop INTO 'nodelocal://self/backups';
          BACKUP DATABASE shop INTO LATEST IN 'nodelocal://self/backups';
          SHOW BACKUPS IN 'nodelocal://self/backups';
          RESTORE TABLE shop.till AS till_before FROM LATEST IN 'nodelocal://self/backups';
        Everything else goes to the current database; what stands between BEGIN and COMMIT goes there as a whole.

          \l        list the databases
          \c NAME   make NAME the current database
          \d        list what is in the current database
          \d NAME   describe a table or view of it
          \i FILE   execute a script
          \q        quit (so does Ctrl-D)
          \?        this text

        Tab completes words and names; Ctrl-C cancels the running statement, or clears what is typed.
        """;
}
