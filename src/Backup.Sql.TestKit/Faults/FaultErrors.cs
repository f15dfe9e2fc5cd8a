using Backup.Sql.Diagnostics;

namespace Backup.Sql.TestKit.Faults;

/// <summary>The errors that faults answer with.</summary>
internal static class FaultErrors
{
    public static BackupSqlException NoAnswer(string name) =>
        new(SqlStates.IoError, $"the store did not answer in time for {name} (scripted fault)") { Transient = true };

    public static BackupSqlException Busy(string name) =>
        new(SqlStates.IoError, $"the store is too busy for {name} (scripted fault)") { Transient = true };

    public static BackupSqlException AccessDenied(string name) =>
        new(SqlStates.InsufficientPrivilege, $"access to {name} is denied (scripted fault)");

    public static BackupSqlException NotFound(string name) =>
        new(SqlStates.UndefinedFile, $"object {name} does not exist (scripted fault)");

    public static BackupSqlException Exists(string name) =>
        new(SqlStates.DuplicateFile, $"object {name} exists already");

    public static BackupSqlException ShortRead(string name) =>
        new(SqlStates.DataCorrupted, $"object {name} ends early (scripted fault)");

    public static BackupSqlException ConnectionReset(string name) =>
        new(SqlStates.IoError, $"the connection broke in the middle of {name} (scripted fault)") { Transient = true };

    public static BackupSqlException DiskFull(string name) =>
        new(SqlStates.DiskFull, $"no space is left for {name} (scripted fault)");

    public static BackupSqlException ProcessDied() =>
        new(SqlStates.IoError, "the process died (scripted fault)");
}
