namespace Backup.Sql.Sqlite.History;

/// <summary>A part of a unique key, as SQL.</summary>
/// <param name="Stored">The column or expression of a row that is there.</param>
/// <param name="Written">The same of the row that is being written.</param>
/// <param name="Replaced">The same of that row before.</param>
/// <param name="Collation">How the index compares it.</param>
internal sealed record UniquePart(string Stored, string Written, string Replaced, string Collation);
