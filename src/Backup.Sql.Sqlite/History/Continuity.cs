namespace Backup.Sql.Sqlite.History;

/// <summary>What became of a tracked table since the last mark.</summary>
/// <param name="IsUnchanged">It is what it was, and nothing is to be done.</param>
/// <param name="IsCaught">Whatever changed its rows was logged.</param>
/// <param name="Now">What holds its rows now; null when there is no such table any more.</param>
internal sealed record Continuity(bool IsUnchanged, bool IsCaught, TableDefinition? Now);
