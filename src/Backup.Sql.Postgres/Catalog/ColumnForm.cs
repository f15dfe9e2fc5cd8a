namespace Backup.Sql.Postgres.Catalog;

/// <summary>How a column is written into its table's statement.</summary>
/// <param name="Type">The type; null for the one that it had.</param>
/// <param name="WithDefault">True when the default is set with it; false when it comes later or not at all.</param>
/// <param name="NamesSequence">True when the sequence of an identity column keeps its name.</param>
internal readonly record struct ColumnForm(string? Type, bool WithDefault, bool NamesSequence);
