using System.Globalization;
using Backup.Sql.Diagnostics;
using Npgsql;

namespace Backup.Sql.Postgres.State;

/// <summary>Makes every error of the state store: one method per condition.</summary>
internal static class StateErrors
{
    // Without the cause: what the driver stumbled over may be half of a password.
    public static BackupSqlException BadConnectionString() =>
        new(SqlStates.InvalidParameterValue, "the connection string of the state in PostgreSQL cannot be read")
        {
            Hint = "Write it like Host=db1;Username=backup;Database=jobs.",
        };

    public static BackupSqlException BadSchema() =>
        new(SqlStates.InvalidParameterValue, "the schema of the state in PostgreSQL has no name that can be used")
        {
            Hint = "Give it a name of 1 to 63 bytes.",
        };

    public static BackupSqlException NotAState(string schema) =>
        new(SqlStates.InvalidParameterValue, $"the schema {schema} has a table state_entry, but holds no state")
        {
            Hint = "Name another schema for the state: one that is not there yet is made.",
        };

    public static BackupSqlException Newer(string schema, long format, long known) =>
        new(SqlStates.UnsupportedFormat, $"the state in schema {schema} was written by another version of Backup.Sql")
        {
            Detail = string.Create(
                CultureInfo.InvariantCulture, $"Its format is {format}; this version reads {known}."),
            Hint = "Use the newest version of Backup.Sql on all programs that share the state.",
        };

    /// <summary>What the driver or the server reported, in our terms.</summary>
    /// <param name="what">What could not be done.</param>
    /// <param name="cause">What was thrown.</param>
    /// <param name="isUnknown">True when a change may have happened all the same.</param>
    public static BackupSqlException From(string what, Exception cause, bool isUnknown)
    {
        var known = PostgresErrors.From(what, cause);
        var doubt = isUnknown ? " It is not known whether the change was made." : "";
        return new BackupSqlException(known.SqlState, known.Message, cause)
        {
            Transient = known.IsTransient,
            Detail = known.Detail + doubt,
            Hint = known.SqlState == SqlStates.InsufficientPrivilege
                ? "Let the user of the state's connection string create the schema, or own the tables in it."
                : known.Hint,
        };
    }

    /// <summary>True for what another attempt on another connection may well do.</summary>
    public static bool Passes(Exception failure) => failure is not PostgresException server
        || server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.ReadOnlySqlTransaction // the old primary after a failover
        || server.SqlState.StartsWith("08", StringComparison.Ordinal);
}
