using Backup.Sql.Catalog;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>What a database holds.</summary>
/// <param name="Database">The database.</param>
/// <param name="Objects">Everything in it, each after what it depends on.</param>
/// <param name="Tables">Its tables by id.</param>
/// <param name="IsUtf8">False when the database stores its texts as UTF-16.</param>
internal sealed record SqliteSchema(
    DatabaseDescriptor Database,
    IReadOnlyList<ObjectDescriptor> Objects,
    IReadOnlyDictionary<long, SqliteTable> Tables,
    bool IsUtf8)
{
    /// <summary>The schema name under which SQLite's <c>main</c> appears.</summary>
    public const string SchemaName = "public";

    public SqliteTable Table(long id) =>
        Tables.TryGetValue(id, out var table) ? table : throw SqliteErrors.UnknownTable(Database.Name, id);
}
