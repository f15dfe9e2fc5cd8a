using Backup.Sql.Diagnostics;

namespace Backup.Sql.Catalog;

/// <summary>
/// Turns names into objects of one catalog, comparing as the engine compares: an exact match wins, several inexact ones
/// are an error.
/// </summary>
internal sealed class NameResolver(ICatalogReader catalog, StringComparer comparer, string? currentDatabase)
{
    /// <summary>The schema that a name without one means.</summary>
    public const string DefaultSchema = "public";

    private readonly Dictionary<string, IReadOnlyList<ObjectDescriptor>> _objects = new(StringComparer.Ordinal);

    /// <summary>The stored spelling of a database's name; null if there is none.</summary>
    public async ValueTask<string?> FindDatabaseAsync(string name, TextPlace place, CancellationToken cancellationToken)
    {
        var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        return Match(databases, name, place)?.Name;
    }

    public async ValueTask<string> ResolveDatabaseAsync(
        string name, TextPlace place, CancellationToken cancellationToken)
    {
        if (await FindDatabaseAsync(name, place, cancellationToken).ConfigureAwait(false) is { } found)
            return found;
        var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        throw Errors.DatabaseNotFound(name, databases.Select(d => d.Name), place);
    }

    /// <summary>
    /// A table, view or sequence: <c>table</c> of the current database; <c>schema.table</c> of it or
    /// <c>database.table</c>;
    /// <c>database.schema.table</c>.
    /// </summary>
    public async ValueTask<ScopedObject> ResolveTableAsync(
        IReadOnlyList<string> parts, TextPlace place, CancellationToken cancellationToken)
    {
        var (database, schema) = parts.Count switch
        {
            1 => (await CurrentAsync(parts[0], place, cancellationToken).ConfigureAwait(false), DefaultSchema),
            2 => await SchemaOrDatabaseAsync(parts[0], place, cancellationToken).ConfigureAwait(false),
            _ => (await ResolveDatabaseAsync(parts[0], place, cancellationToken).ConfigureAwait(false), parts[1]),
        };
        var candidates = Relations(await ObjectsAsync(database, cancellationToken).ConfigureAwait(false), schema)
            .ToList();
        var found = Match(candidates, parts[^1], place)
            ?? throw Errors.TableNotFound(string.Join('.', parts), candidates.Select(o => o.Name), place);
        return Scoped(found);
    }

    /// <summary>
    /// <c>*</c>: all of the current schema; <c>x.*</c>: schema x of the current database, else database x.
    /// </summary>
    public async ValueTask<IReadOnlyList<ScopedObject>> ResolveWildcardAsync(
        IReadOnlyList<string> parts, TextPlace place, CancellationToken cancellationToken)
    {
        string database;
        string? schema = null;
        switch (parts.Count)
        {
            case 0:
                (database, schema) = (
                    await CurrentAsync("*", place, cancellationToken).ConfigureAwait(false), DefaultSchema);
                break;
            case 1:
                (database, schema) = await SchemaOrDatabaseAsync(parts[0], place, cancellationToken)
                    .ConfigureAwait(false);
                if (!comparer.Equals(schema, parts[0]))
                    schema = null; // the name meant a database: all of it
                break;
            default:
                (database, schema) = (
                    await ResolveDatabaseAsync(parts[0], place, cancellationToken).ConfigureAwait(false), parts[1]);
                break;
        }

        var found = Relations(await ObjectsAsync(database, cancellationToken).ConfigureAwait(false), schema)
            .Select(Scoped).ToList();
        return found.Count > 0 ? found : throw Errors.NothingMatches(string.Join('.', parts.Append("*")), place);
    }

    private async ValueTask<string> CurrentAsync(string name, TextPlace place, CancellationToken cancellationToken) =>
        currentDatabase is null
            ? throw Errors.NoCurrentDatabase(name, place)
            : await ResolveDatabaseAsync(currentDatabase, place, cancellationToken).ConfigureAwait(false);

    private async ValueTask<(string Database, string Schema)> SchemaOrDatabaseAsync(
        string name, TextPlace place, CancellationToken cancellationToken)
    {
        if (currentDatabase is not null
            && await FindDatabaseAsync(currentDatabase, place, cancellationToken).ConfigureAwait(false) is { } current)
        {
            var objects = await ObjectsAsync(current, cancellationToken).ConfigureAwait(false);
            if (Match([.. objects.OfType<SchemaDescriptor>()], name, place) is { } schema)
                return (current, schema.Name);
        }

        return (await ResolveDatabaseAsync(name, place, cancellationToken).ConfigureAwait(false), DefaultSchema);
    }

    private async ValueTask<IReadOnlyList<ObjectDescriptor>> ObjectsAsync(
        string database, CancellationToken cancellationToken)
    {
        if (!_objects.TryGetValue(database, out var objects))
        {
            objects = await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
            _objects.Add(database, objects);
        }

        return objects;
    }

    private IEnumerable<ObjectDescriptor> Relations(IReadOnlyList<ObjectDescriptor> objects, string? schema) =>
        objects.Where(
        o => o is TableDescriptor or ViewDescriptor or SequenceDescriptor
            && (schema is null || comparer.Equals(o.Schema ?? DefaultSchema, schema)));

    private ObjectDescriptor? Match(IReadOnlyList<ObjectDescriptor> candidates, string name, TextPlace place)
    {
        var matches = candidates.Where(o => comparer.Equals(o.Name, name)).ToList();
        if (matches.Count <= 1)
            return matches.FirstOrDefault();
        var exact = matches.Where(o => o.Name == name).ToList();
        return exact.Count == 1 ? exact[0] : throw Errors.AmbiguousName(name, place);
    }

    private static ScopedObject Scoped(ObjectDescriptor o) =>
        new(o.Database, o.Id, $"{o.Database}.{o.Schema ?? DefaultSchema}.{o.Name}");
}
