using System.Collections.Immutable;
using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>All objects of the cluster at one time: immutable, so that a reader of any time just keeps it.</summary>
internal sealed class CatalogState
{
    private readonly ImmutableSortedDictionary<long, ObjectDescriptor> _objects;
    private readonly StringComparer _names;

    public CatalogState(StringComparer names)
        : this(ImmutableSortedDictionary<long, ObjectDescriptor>.Empty, names)
    {
    }

    private CatalogState(ImmutableSortedDictionary<long, ObjectDescriptor> objects, StringComparer names)
    {
        _objects = objects;
        _names = names;
    }

    public IEnumerable<ObjectDescriptor> Objects => _objects.Values;

    public IEnumerable<DatabaseDescriptor> Databases => Objects.OfType<DatabaseDescriptor>();

    public CatalogState With(ObjectDescriptor descriptor) => new(_objects.SetItem(descriptor.Id, descriptor), _names);

    public CatalogState Without(long id) => new(_objects.Remove(id), _names);

    public ObjectDescriptor? Find(long id) => _objects.GetValueOrDefault(id);

    public DatabaseDescriptor? FindDatabase(string name) => Databases.FirstOrDefault(d => _names.Equals(d.Name, name));

    public DatabaseDescriptor GetDatabase(string name) =>
        FindDatabase(name) ?? throw MemoryErrors.DatabaseNotFound(name);

    public IEnumerable<ObjectDescriptor> In(string database) =>
        Objects.Where(o => o is not DatabaseDescriptor && _names.Equals(o.Database, database));

    /// <summary>A database and all in it.</summary>
    public IEnumerable<ObjectDescriptor> Everything(string database) =>
        Objects.Where(o => _names.Equals(o.Database, database));

    public SchemaDescriptor? FindSchema(string database, string name) =>
        In(database).OfType<SchemaDescriptor>().FirstOrDefault(s => _names.Equals(s.Name, name));

    public TableDescriptor? FindTable(string database, string? schema, string name) =>
        In(database).OfType<TableDescriptor>().FirstOrDefault(t => IsNamed(t, schema, name));

    /// <summary>The object that stands in the way of one: same place, same name, same space of names.</summary>
    public ObjectDescriptor? FindNamesake(ObjectDescriptor wanted) => wanted is DatabaseDescriptor
        ? Databases.FirstOrDefault(d => d.Id != wanted.Id && _names.Equals(d.Name, wanted.Name))
        : In(wanted.Database).FirstOrDefault(o =>
            o.Id != wanted.Id && NameSpace(o) == NameSpace(wanted) && IsNamed(o, wanted.Schema, wanted.Name));

    /// <summary>The first object that an object cannot be dropped from under.</summary>
    public ObjectDescriptor? FindDependent(ObjectDescriptor needed) => In(needed.Database).FirstOrDefault(o =>
        o.Id != needed.Id && !BelongsTo(o, needed.Id) && (o.DependsOn.Contains(needed.Id) || RefersTo(o, needed)));

    /// <summary>True for what goes where its table goes: triggers, and sequences that a column owns.</summary>
    public static bool BelongsTo(ObjectDescriptor descriptor, long table) =>
        descriptor is TriggerDescriptor trigger && trigger.TableId == table
        || descriptor is SequenceDescriptor sequence && sequence.OwnerTable == table;

    /// <summary>Everything in a database, each object after what it depends on.</summary>
    public IReadOnlyList<ObjectDescriptor> InOrder(string database)
    {
        var ordered = new List<ObjectDescriptor>();
        var placed = new HashSet<long>();
        var all = In(database).OrderBy(Rank).ThenBy(o => o.Id).ToList();
        var byId = all.ToDictionary(o => o.Id);
        foreach (var descriptor in all)
            Place(descriptor);
        return ordered;

        void Place(ObjectDescriptor descriptor)
        {
            if (!placed.Add(descriptor.Id))
                return;
            foreach (var needed in descriptor.DependsOn)
            {
                if (byId.TryGetValue(needed, out var found))
                    Place(found);
            }

            ordered.Add(descriptor);
        }
    }

    private bool RefersTo(ObjectDescriptor descriptor, ObjectDescriptor needed) =>
        needed is TableDescriptor && descriptor is TableDescriptor table
        && table.ForeignKeys.Any(key => IsNamed(needed, key.ReferencedSchema ?? table.Schema, key.ReferencedTable));

    private bool IsNamed(ObjectDescriptor descriptor, string? schema, string name) =>
        _names.Equals(descriptor.Name, name)
        && _names.Equals(descriptor.Schema ?? "", schema ?? "");

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

    /// <summary>Tables, views and sequences share their names; the other kinds have their own.</summary>
    private static int NameSpace(ObjectDescriptor descriptor) =>
        descriptor is TableDescriptor or ViewDescriptor or SequenceDescriptor ? 4 : Rank(descriptor);
}
