namespace Backup.Sql.Sqlite;

/// <summary>A database of the cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">The absolute path of its file.</param>
internal sealed record DatabaseFile(string Name, string Path);
