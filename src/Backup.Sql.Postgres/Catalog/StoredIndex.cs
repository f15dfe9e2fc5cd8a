namespace Backup.Sql.Postgres.Catalog;

/// <summary>An index as the catalog holds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unique">True for a unique one.</param>
/// <param name="Columns">Its columns, where it is a B-tree over columns; else none.</param>
/// <param name="Predicate">The condition of a partial one; else null.</param>
/// <param name="Definition">Everything else.</param>
internal sealed record StoredIndex(
    string Name, bool Unique, IReadOnlyList<string> Columns, string? Predicate, IndexDefinition Definition);
