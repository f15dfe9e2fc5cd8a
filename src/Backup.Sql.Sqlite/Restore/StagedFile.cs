namespace Backup.Sql.Sqlite.Restore;

/// <summary>A database that lies aside until it is published.</summary>
/// <param name="Target">What it will be.</param>
/// <param name="Path">Where it is now.</param>
internal sealed record StagedFile(DatabaseFile Target, string Path);
