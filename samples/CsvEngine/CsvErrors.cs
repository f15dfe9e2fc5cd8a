using Backup.Sql.Diagnostics;

namespace CsvSample;

/// <summary>Every error of the engine, each with the code that the contract asks for and a next step.</summary>
internal static class CsvErrors
{
    public static BackupSqlException NoSuchDatabase(string name) =>
        new(SqlStates.UndefinedDatabase, $"database {name} does not exist") { Hint = "Check the name." };

    public static BackupSqlException NoSuchTable(string name) =>
        new(SqlStates.UndefinedTable, $"table {name} does not exist") { Hint = "Check the name." };

    public static BackupSqlException DatabaseExists(string name) =>
        new(SqlStates.DuplicateDatabase, $"database {name} exists already") { Hint = "Choose another name." };

    public static BackupSqlException TableExists(string name) =>
        new(SqlStates.DuplicateTable, $"table {name} exists already") { Hint = "Choose another name." };

    public static BackupSqlException DuplicateKey(string table) =>
        new(SqlStates.InvalidParameterValue, $"table {table} has a row of that key already") { Hint = "Update it." };

    public static BackupSqlException DanglingReference(string table, string referenced, string key) =>
        new(SqlStates.ForeignKeyViolation, $"rows of {table} refer to rows of {referenced} that are not there")
        {
            Detail = $"The first one is {key}.",
            Hint = $"Restore {referenced} as well, or use WITH skip_missing_foreign_keys.",
        };

    public static BackupSqlException NotSupported(string what) =>
        new(SqlStates.FeatureNotSupported, $"a cluster of CSV files has no {what}") { Hint = "Do without." };

    public static BackupSqlException Damaged(string file) =>
        new(SqlStates.DataCorrupted, $"the file {file} is damaged") { Hint = "Restore its table from a backup." };
}
