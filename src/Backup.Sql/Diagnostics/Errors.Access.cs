namespace Backup.Sql.Diagnostics;

/// <content>Errors of rights.</content>
internal static partial class Errors
{
    public static BackupSqlException MissingPrivilege(
        string user, string privilege, string on, string remedy, TextPlace place) =>
        At(place, SqlStates.InsufficientPrivilege, $"user \"{user}\" lacks privilege {privilege} on {on}",
            AskFor(remedy));

    public static BackupSqlException AdminOnly(string user, string what, TextPlace place) =>
        At(place, SqlStates.InsufficientPrivilege, $"user \"{user}\" may not {what}: that takes the admin role",
            "Let an administrator do it, or have the host make the user a member of admin.");

    public static BackupSqlException NotTheOwner(
        string user, string what, string privilege, string remedy, TextPlace place) =>
        At(place, SqlStates.InsufficientPrivilege,
            $"user \"{user}\" does not own {what} and lacks system privilege {privilege}", AskFor(remedy));

    public static BackupSqlException CannotGrant(
        string user, string privilege, string on, string remedy, TextPlace place) =>
        At(place, SqlStates.InsufficientPrivilege,
            $"user \"{user}\" may not grant or revoke privilege {privilege} on {on}", AskFor(remedy));

    public static BackupSqlException UnknownPrivilege(
        string name, string on, IReadOnlyList<string> known, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"{name} is no privilege on {on}",
            Nearest(name, known, "There are: ALL, ", ""));

    private static string AskFor(string statement) => $"An administrator can give it by: {statement}";
}
