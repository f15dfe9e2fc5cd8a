namespace Backup.Sql.Catalog;

/// <summary>
/// What a backup covers: a cluster, some databases, or some tables with what they need. Names are resolved; the same
/// scope applied to the same catalog gives the same objects.
/// </summary>
public sealed record BackupScope
{
    /// <summary>True for a whole cluster.</summary>
    public bool IsCluster { get; init; }

    /// <summary>The databases that are covered whole; for a cluster all of them.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>The tables, views and sequences that are covered one by one.</summary>
    public IReadOnlyList<ScopedObject> Objects { get; init; } = [];

    /// <summary>All databases that a snapshot must cover, by name.</summary>
    /// <returns>The names, each once.</returns>
    public IReadOnlyList<string> AllDatabases() =>
        [.. Databases.Concat(Objects.Select(o => o.Database)).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    /// <summary>The part of the scope that lies in some databases.</summary>
    /// <param name="databases">The databases, by stored name.</param>
    /// <returns>The part.</returns>
    internal BackupScope Within(IReadOnlyCollection<string> databases) => this with
    {
        Databases = [.. Databases.Where(d => databases.Contains(d, StringComparer.Ordinal))],
        Objects = [.. Objects.Where(o => databases.Contains(o.Database, StringComparer.Ordinal))],
    };

    /// <summary>Picks the covered objects of one database, in the catalog's order.</summary>
    /// <param name="database">The database.</param>
    /// <param name="objects">Everything in it.</param>
    /// <returns>
    /// All of it for a database that is covered whole; else the objects named, the types and functions that they use,
    /// their triggers, and the schemas that they lie in.
    /// </returns>
    public IReadOnlyList<ObjectDescriptor> Select(string database, IReadOnlyList<ObjectDescriptor> objects)
    {
        if (Databases.Contains(database, StringComparer.Ordinal))
            return objects;
        var named = Objects.Where(o => o.Database == database).Select(o => o.Id).ToHashSet();
        var chosen = objects.Where(o => named.Contains(o.Id)).ToList();
        var needed = chosen.SelectMany(o => o.DependsOn).ToHashSet();
        var schemas = chosen.Select(o => o.Schema).ToHashSet(StringComparer.Ordinal);
        return [.. objects.Where(o => named.Contains(o.Id) || o switch
        {
            TypeDescriptor or FunctionDescriptor => needed.Contains(o.Id),
            TriggerDescriptor trigger => named.Contains(trigger.TableId),
            SchemaDescriptor => schemas.Contains(o.Name),
            _ => false,
        })];
    }
}
