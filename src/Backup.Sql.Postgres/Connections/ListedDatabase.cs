namespace Backup.Sql.Postgres.Connections;

/// <summary>A database that statements see.</summary>
/// <param name="Name">What statements call it.</param>
/// <param name="OnServer">What the server calls it.</param>
/// <param name="Oid">The server's number of it.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="HasLog">Whether the server keeps its log for us.</param>
internal readonly record struct ListedDatabase(string Name, string OnServer, uint Oid, string? Owner, bool HasLog);
