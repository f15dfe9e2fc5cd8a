using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>What is there already, where a restore goes.</summary>
internal sealed class Destination
{
    private readonly Dictionary<string, IReadOnlyList<ObjectDescriptor>> _objects;

    private Destination(
        string engine, EngineInfo info, Dictionary<string, IReadOnlyList<ObjectDescriptor>> objects)
    {
        Engine = engine;
        Info = info;
        _objects = objects;
    }

    /// <summary>The engine's registered name.</summary>
    public string Engine { get; }

    public EngineInfo Info { get; }

    public StringComparer Comparer => Info.NameComparer;

    public static async Task<Destination> ReadAsync(
        string name, IDatabaseEngine engine, ICatalogReader catalog, CancellationToken cancellationToken)
    {
        var objects = new Dictionary<string, IReadOnlyList<ObjectDescriptor>>(StringComparer.Ordinal);
        foreach (var database in await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false))
            objects.Add(database.Name, await catalog.GetObjectsAsync(database.Name, cancellationToken)
                .ConfigureAwait(false));
        return new Destination(name, engine.Info, objects);
    }

    public string? FindDatabase(string name) => _objects.Keys.FirstOrDefault(d => Comparer.Equals(d, name));

    public bool HasDatabase(string name) => FindDatabase(name) is not null;

    public bool IsBuiltIn(string database) => Info.BuiltInDatabases.Contains(database, Comparer);

    /// <summary>
    /// The databases that a cluster restore must not find: all but built-in ones that hold no relation.
    /// </summary>
    public IReadOnlyList<string> UserDatabases() =>
        [.. _objects.Where(d => !IsBuiltIn(d.Key) || d.Value.Any(IsRelation)).Select(d => d.Key)];

    /// <summary>True if an object of the same kind and name is there.</summary>
    public bool Has(ObjectDescriptor wanted) => Find(wanted) is not null;

    /// <summary>True if a database has a schema.</summary>
    public bool HasSchema(string database, string schema) =>
        In(database).Any(o => o is SchemaDescriptor && Comparer.Equals(o.Name, schema));

    /// <summary>True if a table, view or sequence of that name is there.</summary>
    public bool HasRelation(ObjectDescriptor wanted) =>
        In(wanted.Database).Any(o => IsRelation(o) && SameName(o, wanted));

    /// <summary>The table, view or sequence of that name; null if there is none.</summary>
    public ObjectDescriptor? FindRelation(ObjectDescriptor wanted) =>
        In(wanted.Database).FirstOrDefault(o => IsRelation(o) && SameName(o, wanted));

    /// <summary>The object of the same kind and name; null if there is none.</summary>
    public ObjectDescriptor? FindSame(ObjectDescriptor wanted) => Find(wanted);

    /// <summary>True if two objects would have one name in one schema of one database.</summary>
    public bool IsSamePlace(ObjectDescriptor left, ObjectDescriptor right) =>
        Comparer.Equals(left.Database, right.Database) && SameName(left, right);

    /// <summary>True if a type of the same name and members is there; one with other members is an error.</summary>
    public bool SameTypeExists(ObjectDescriptor wanted) => wanted is TypeDescriptor type && Find(type) switch
    {
        null => false,
        TypeDescriptor there when there.Members.SequenceEqual(type.Members, StringComparer.Ordinal) => true,
        _ => throw Errors.TypeDiffers(type.Name),
    };

    private ObjectDescriptor? Find(ObjectDescriptor wanted) =>
        In(wanted.Database).FirstOrDefault(o => o.GetType() == wanted.GetType() && SameName(o, wanted));

    private IReadOnlyList<ObjectDescriptor> In(string database) =>
        FindDatabase(database) is { } found ? _objects[found] : [];

    private bool SameName(ObjectDescriptor left, ObjectDescriptor right) =>
        Comparer.Equals(left.Name, right.Name)
        && Comparer.Equals(left.Schema ?? NameResolver.DefaultSchema, right.Schema ?? NameResolver.DefaultSchema);

    private static bool IsRelation(ObjectDescriptor o) => o is TableDescriptor or ViewDescriptor or SequenceDescriptor;
}
