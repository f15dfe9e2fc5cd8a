namespace Backup.Sql.Diagnostics;

/// <content>Errors of external connections.</content>
internal static partial class Errors
{
    public static BackupSqlException ConnectionNotFound(string name, IEnumerable<string> known) =>
        new(SqlStates.UndefinedObject, $"there is no external connection \"{Printable(name)}\"")
        {
            Hint = Nearest(
                name, known, "The connections are: ",
                "Make it with: CREATE EXTERNAL CONNECTION name AS 'location'"),
        };

    public static BackupSqlException ConnectionExists(string name, TextPlace place) =>
        At(place, SqlStates.DuplicateObject, $"there is an external connection \"{name}\" already",
            "Choose another name, or change it with ALTER EXTERNAL CONNECTION.");

    public static BackupSqlException ConnectionNameEmpty(TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, "an external connection needs a name without '/' and '?'",
            "Give it one that can stand in a location: 'external://name'.");

    public static BackupSqlException CircularConnection(string name) =>
        new(SqlStates.InvalidStatement, $"external connection \"{Printable(name)}\" would stand for itself")
        {
            Hint = "Give it a location of a store, or a connection that does not lead back to it.",
        };

    public static BackupSqlException ConnectionIsKey(string name) =>
        new(SqlStates.InvalidParameterValue,
            $"external connection \"{Printable(name)}\" stands for a key, not for a place")
        {
            Hint = "Name a connection of type STORAGE; SHOW EXTERNAL CONNECTIONS tells the types.",
        };

    public static BackupSqlException ProbeDiffers() =>
        new(SqlStates.DataCorrupted, "the store gave back other bytes than were written")
        {
            Hint = "Do not keep backups there before its owner has found out why.",
        };
}
