namespace Backup.Sql.Rows;

/// <summary>
/// The pages of one database: the key is the page number, four bytes, big-endian, from 1; the value is the page.
/// </summary>
/// <param name="Database">The database, by stored name.</param>
public sealed record PageSpace(string Database) : Space(Database);
