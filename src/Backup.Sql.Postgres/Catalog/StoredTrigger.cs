namespace Backup.Sql.Postgres.Catalog;

/// <summary>A trigger as the catalog holds it.</summary>
/// <param name="Oid">Its number.</param>
/// <param name="Relation">The number of its table or view.</param>
/// <param name="Schema">Schema of the table or view.</param>
/// <param name="RelationName">Name of the table or view.</param>
/// <param name="Name">Its name.</param>
/// <param name="Definition">Everything else.</param>
internal sealed record StoredTrigger(
    uint Oid, uint Relation, string Schema, string RelationName, string Name, TriggerDefinition Definition);
