namespace Backup.Sql.Diagnostics;

/// <content>Errors of locations and stores.</content>
internal static partial class Errors
{
    public static BackupSqlException LocationWithoutScheme() =>
        new(SqlStates.InvalidParameterValue, "a location must start with a scheme")
        {
            Hint = "Write it like 'file:///srv/backups' or 's3://bucket/path'.",
        };

    public static BackupSqlException DuplicateLocationParameter(string name) =>
        new(SqlStates.InvalidParameterValue, $"the location gives parameter {name} twice")
        {
            Hint = $"Keep one {name}.",
        };

    public static BackupSqlException LocationWithNul() =>
        new(SqlStates.InvalidParameterValue, "the location holds a zero byte")
        {
            Hint = "Remove %00 from the location.",
        };

    public static BackupSqlException SecretNotInVault(string parameter) =>
        new(SqlStates.UndefinedObject, $"the secret of parameter {parameter} is not known to this process")
        {
            Hint = "Run the statement again with the full location.",
        };
}
