using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;
using static Backup.Sql.Postgres.Catalog.RelationParts;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Who needs whom. What a table needs for a default, a check, a rule or a trigger alone can be made after it: where
/// objects need each other in a circle, those edges are cut, as pg_dump does.
/// </summary>
internal sealed class DependencyGraph
{
    private readonly record struct Node(uint Catalog, uint Oid);

    private readonly Dictionary<long, ObjectDescriptor> _objects;
    private readonly Dictionary<long, Dictionary<long, bool>> _needs;
    private readonly ILookup<(long Table, string Column), long> _defaults;

    private DependencyGraph(
        IReadOnlyList<ObjectDescriptor> objects, Dictionary<long, Dictionary<long, bool>> needs,
        ILookup<(long, string), long> defaults)
    {
        _objects = objects.ToDictionary(o => o.Id);
        _needs = needs;
        _defaults = defaults;
    }

    /// <summary>Reads what the server knows of the objects.</summary>
    public static async ValueTask<DependencyGraph> ReadAsync(
        NpgsqlConnection connection, uint database, IReadOnlyList<ObjectDescriptor> objects,
        CancellationToken cancellationToken)
    {
        var catalogs = (await connection.QueryAsync(DependencyQueries.Catalogs, cancellationToken)
            .ConfigureAwait(false))[0].Select(Oid).ToArray();
        var parts = new Dictionary<Node, Node>();
        foreach (var row in await connection.QueryAsync(DependencyQueries.Parts, cancellationToken)
            .ConfigureAwait(false))
            parts.TryAdd(new Node(Oid(row[0]), Oid(row[1])), new Node(Oid(row[2]), Oid(row[3])));
        var ids = objects.ToDictionary(o => NodeOf(o, catalogs), o => o.Id);
        var kinds = objects.ToDictionary(o => o.Id);
        var edges = await connection.QueryAsync(DependencyQueries.Dependencies, cancellationToken)
            .ConfigureAwait(false);
        var needs = objects.ToDictionary(o => o.Id, _ => new Dictionary<long, bool>());
        var columns = new Dictionary<uint, (uint Table, int Column)>();
        foreach (var row in await connection.QueryAsync(DependencyQueries.Defaults, cancellationToken)
            .ConfigureAwait(false))
            columns.Add(Oid(row[0]), (Oid(row[1]), (int)row[2]!));
        var defaults = new List<(uint Table, int Column, long Needed)>();
        foreach (var row in edges)
        {
            var from = new Node(Oid(row[0]), Oid(row[1]));
            var to = new Node(Oid(row[2]), Oid(row[3]));
            if (Find(from, parts, ids) is not { } user || Find(to, parts, ids) is not { } needed || user == needed)
                continue;
            if (from.Catalog == catalogs[^1] && kinds[needed] is SequenceDescriptor or FunctionDescriptor)
                defaults.Add((columns[from.Oid].Table, columns[from.Oid].Column, needed));
            Add(needs, kinds[user], kinds[needed], isSoft: from != NodeOf(kinds[user], catalogs));
        }

        foreach (var trigger in objects.OfType<TriggerDescriptor>())
        {
            foreach (var function in needs[trigger.Id].Keys.Where(id => kinds[id] is FunctionDescriptor))
                needs[trigger.TableId].TryAdd(function, true);
        }

        var names = await ColumnNamesAsync(connection, defaults.Count > 0, cancellationToken).ConfigureAwait(false);
        return new DependencyGraph(
            objects,
            needs,
            defaults.ToLookup(
                of => (ObjectIds.Of(database, ObjectClass.Relation, of.Table), names[(of.Table, of.Column)]),
                of => of.Needed));
    }

    /// <summary>The objects, each after what it needs, with their dependencies written in.</summary>
    public IReadOnlyList<ObjectDescriptor> Sort()
    {
        var sorted = new List<ObjectDescriptor>();
        var done = new HashSet<long>();
        var waiting = _objects.Values.OrderBy(Rank).ThenBy(o => o.Schema, StringComparer.Ordinal)
            .ThenBy(o => o.Name, StringComparer.Ordinal).ToList();
        while (waiting.Count > 0)
        {
            var later = new List<ObjectDescriptor>();
            foreach (var descriptor in waiting)
            {
                if (!_needs[descriptor.Id].Keys.All(done.Contains))
                {
                    later.Add(descriptor);
                    continue;
                }

                sorted.Add(WithDependencies(descriptor));
                done.Add(descriptor.Id);
            }

            if (later.Count == waiting.Count)
                Cut(later, done);
            waiting = later;
        }

        return sorted;
    }

    /// <summary>Cuts one circle: at what can be made later, where there is such a thing.</summary>
    private void Cut(List<ObjectDescriptor> waiting, HashSet<long> done)
    {
        var soft = waiting.FirstOrDefault(o => _needs[o.Id].Any(need => need.Value && !done.Contains(need.Key)));
        var needs = _needs[(soft ?? waiting[0]).Id];
        foreach (var id in needs.Where(need => (need.Value || soft is null) && !done.Contains(need.Key))
            .Select(need => need.Key).ToList())
            needs.Remove(id);
    }

    /// <summary>
    /// The types and functions that the object needs, by way of others too, so that a backup of it alone has them, and
    /// the relations that it needs itself.
    /// </summary>
    private ObjectDescriptor WithDependencies(ObjectDescriptor descriptor)
    {
        var all = new SortedSet<long>();
        var open = new Stack<long>(_needs[descriptor.Id].Keys);
        while (open.TryPop(out var id))
        {
            if (all.Add(id) && _objects[id] is TypeDescriptor or FunctionDescriptor)
            {
                foreach (var next in _needs[id].Keys.Where(
                    next => _objects[next] is TypeDescriptor or FunctionDescriptor))
                    open.Push(next);
            }
        }

        all.Remove(descriptor.Id);
        var withNeeds = descriptor with { DependsOn = [.. all] };
        return withNeeds is not TableDescriptor table ? withNeeds : table with
        {
            Columns = [.. table.Columns.Select(column =>
                _defaults[(table.Id, column.Name)].Distinct().ToList() is { Count: > 0 } used
                ? column with { DefaultDependsOn = [.. used.Order()] }
                : column)],
        };
    }

    private static void Add(
        Dictionary<long, Dictionary<long, bool>> needs, ObjectDescriptor user, ObjectDescriptor needed, bool isSoft)
    {
        // Schemas come first anyhow; a sequence says itself whose it is; foreign keys are made when all tables are.
        if (needed is SchemaDescriptor || user is SequenceDescriptor || needed is SequenceDescriptor
            || (user is TableDescriptor && needed is TableDescriptor && isSoft))
            return;
        var of = needs[user.Id];
        var splits = isSoft && user is TableDescriptor or TypeDescriptor;
        of[needed.Id] = of.GetValueOrDefault(needed.Id, true) && splits && isSoft;
    }

    private static int Rank(ObjectDescriptor descriptor) => descriptor switch
    {
        SchemaDescriptor => 0,
        TypeDescriptor => 1,
        FunctionDescriptor => 2,
        SequenceDescriptor => 3,
        TableDescriptor => 4,
        ViewDescriptor => 5,
        _ => 6,
    };

    private static Node NodeOf(ObjectDescriptor descriptor, uint[] catalogs)
    {
        var catalog = descriptor switch
        {
            TypeDescriptor => catalogs[1],
            FunctionDescriptor => catalogs[2],
            SchemaDescriptor => catalogs[3],
            TriggerDescriptor => catalogs[4],
            _ => catalogs[0],
        };
        return new Node(catalog, ObjectIds.OidOf(descriptor.Id));
    }

    private static long? Find(Node node, Dictionary<Node, Node> parts, Dictionary<Node, long> ids)
    {
        while (!ids.ContainsKey(node))
        {
            if (!parts.TryGetValue(node, out var whole))
                return null;
            node = whole;
        }

        return ids[node];
    }

    private static async ValueTask<IReadOnlyDictionary<(uint, int), string>> ColumnNamesAsync(
        NpgsqlConnection connection, bool isNeeded, CancellationToken cancellationToken)
    {
        if (!isNeeded)
            return new Dictionary<(uint, int), string>();
        var rows = await connection.QueryAsync(
            "SELECT d.adrelid, d.adnum::int, a.attname::text FROM pg_attrdef d "
            + "JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum",
            cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => (Oid(row[0]), (int)row[1]!), row => (string)row[2]!);
    }
}
