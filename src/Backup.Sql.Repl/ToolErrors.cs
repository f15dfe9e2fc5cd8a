using Backup.Sql.Diagnostics;

namespace Backup.Sql.Repl;

/// <summary>Makes every error of the tool itself.</summary>
internal static class ToolErrors
{
    public static BackupSqlException UnknownCommand(string command) =>
        new(SqlStates.SyntaxError, $"unknown command {command}")
        {
            Hint = "Type \\? for the list of commands.",
        };

    public static BackupSqlException ArgumentMissing(string command, string argument) =>
        new(SqlStates.SyntaxError, $"{command} needs an argument")
        {
            Hint = $"Type {command} {argument}.",
        };

    public static BackupSqlException NoCurrentDatabase() =>
        new(SqlStates.UndefinedDatabase, "no database is chosen")
        {
            Hint = "List the databases with \\l and choose one with \\c NAME.",
        };

    public static BackupSqlException NoSuchDatabase(string name, IEnumerable<string> known) =>
        new(SqlStates.UndefinedDatabase, $"database \"{name}\" does not exist")
        {
            Detail = $"databases: {ListOf(known)}",
            Hint = "Choose one of the databases listed by \\l.",
        };

    public static BackupSqlException NoSuchTable(string name, string database) =>
        new(SqlStates.UndefinedTable, $"database \"{database}\" has nothing called \"{name}\"")
        {
            Hint = "List what it has with \\d.",
        };

    public static BackupSqlException CannotRead(string path, Exception cause) =>
        new(SqlStates.IoError, $"cannot read {path}", cause)
        {
            Detail = cause is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file"
                : cause.Message,
            Hint = "Check the path and the permissions of the file.",
        };

    public static BackupSqlException NestedTooDeeply(string path) =>
        new(SqlStates.TooComplex, $"{path} is read inside too many other scripts")
        {
            Hint = "Look for a script that reads itself with \\i.",
        };

    public static BackupSqlException DatabaseArgument(string name) =>
        new(SqlStates.InvalidParameterValue, $"--db {name} has not the form NAME=URI")
        {
            Hint = "Write it like --db shop=sqlite:shop.db or --db shop=postgres:Host=db1;Username=backup.",
        };

    public static BackupSqlException NoPassThrough(string database) =>
        new(SqlStates.FeatureNotSupported, $"the engine of database {database} runs no SQL of its own from here");

    public static BackupSqlException DatabaseNamedTwice(string name) =>
        new(SqlStates.DuplicateObject, $"--db names {name} twice")
        {
            Hint = "Give each database a name of its own.",
        };

    public static BackupSqlException DemoDirectoryInUse(string path, Exception cause) =>
        new(SqlStates.ObjectInUse, $"{path} is there already", cause)
        {
            Hint = "Give the demo a directory without files of an earlier run: backupsql demo --dir DIR.",
        };

    public static BackupSqlException CannotWrite(string path, Exception cause) =>
        new(SqlStates.IoError, $"cannot write {path}", cause)
        {
            Detail = cause.Message,
            Hint = "Check the path and the permissions of the directory.",
        };

    public static BackupSqlException Cancelled(Exception cause) =>
        new(SqlStates.QueryCanceled, "the statement was cancelled", cause);

    public static BackupSqlException Unexpected(Exception cause) =>
        new(SqlStates.InternalError, "something failed that should not be able to", cause)
        {
            Detail = cause.ToString(),
            Hint = "This is a defect: please report it with the statement and this text.",
        };

    private static string ListOf(IEnumerable<string> names) =>
        string.Join(", ", names) is { Length: > 0 } list ? list : "none";
}
