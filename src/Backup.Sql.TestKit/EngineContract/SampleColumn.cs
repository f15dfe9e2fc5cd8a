using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>A column of a table that the suite asks a fixture to make.</summary>
/// <param name="Name">Its name: letters, digits and underscores.</param>
/// <param name="Kind">Its kind; of an array the elements are integers.</param>
/// <param name="Nullable">Whether it takes NULL.</param>
public sealed record SampleColumn(string Name, ColumnKind Kind, bool Nullable = true);
