using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>What is in one database.</summary>
/// <param name="Database">The database.</param>
/// <param name="Objects">Everything in it, each after what it depends on.</param>
internal sealed record PostgresSchema(DatabaseDescriptor Database, IReadOnlyList<ObjectDescriptor> Objects);
