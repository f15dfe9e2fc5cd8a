using System.Text.Json.Serialization;

namespace Backup.Sql.Rows;

/// <summary>What is exported and ingested as one sequence of keys and values.</summary>
/// <param name="Database">The database, by stored name.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TableSpace), "table")]
[JsonDerivedType(typeof(PageSpace), "pages")]
public abstract record Space(string Database);
