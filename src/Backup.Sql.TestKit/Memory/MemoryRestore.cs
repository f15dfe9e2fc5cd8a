using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// A restore in the making: descriptors under the ids of their source and rows that belong to no table yet. Publication
/// gives them ids of this cluster and takes all of them into the store under one commit time.
/// </summary>
internal sealed class MemoryRestore : IRestoreTransaction
{
    private enum Phase
    {
        Open,
        Completed,
        Ended,
    }

    private readonly MemoryStore _store;
    private readonly RestoreRequest _request;
    private readonly List<string> _notices = [];
    private readonly List<ObjectDescriptor> _objects = [];
    private readonly HashSet<long> _existing = [];
    private readonly Dictionary<long, StagedTable> _tables = [];
    private readonly CommitStamp _stamp = new();
    private readonly Lock _gate = new();
    private Phase _phase;

    /// <summary>Under the store's lock.</summary>
    public MemoryRestore(MemoryStore store, RestoreRequest request)
    {
        _store = store;
        _request = request;
        RequireFreeDatabases();
        if (request.Remember)
            _store.Restores[request.Id] = this;
    }

    public IReadOnlyList<string> Notices => _notices;

    public ValueTask CreateAsync(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            Require(Phase.Open, "take objects");
            var foreign = new ForeignObjects([.. objects.Select(item => item.Target)], _notices);
            foreach (var item in objects)
            {
                var isForeign = item.SourceEngine != "memory";
                var target = isForeign ? foreign.Adapt(item.Target, item.SourceEngine) : item.Target;
                if (target is null)
                    continue;
                _objects.Add(target);
                if (item.Exists)
                    _existing.Add(target.Id);
                if (item.ReplacesRows)
                    Stage(item, (TableDescriptor)target, isForeign);
                else if (!item.Exists && target is TableDescriptor table)
                    _tables.Add(table.Id, new StagedTable(table, isForeign));
            }

            lock (_store.Gate)
                Build(out _);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask IngestAsync(
        Space space, SpaceShape shape, IRowSource rows, CancellationToken cancellationToken = default)
    {
        if (space is not TableSpace { TableId: var id })
            throw MemoryErrors.NotSupported("page spaces");
        if (!_tables.TryGetValue(id, out var table))
            throw MemoryErrors.TableNotFound($"number {id}");
        while (await rows.FillAsync(cancellationToken).ConfigureAwait(false))
        {
            lock (_gate)
            {
                Require(Phase.Open, "take rows");
                while (rows.TryRead(out var row))
                    table.Add(row, _stamp);
            }
        }
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Require(Phase.Open, "be completed");
            foreach (var table in _tables.Values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                table.Rows.Index(table.Descriptor);
            }

            if (!_request.SkipForeignKeyCheck)
            {
                lock (_store.Gate)
                    CheckForeignKeys();
            }

            _phase = Phase.Completed;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask PublishAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Require(Phase.Completed, "be published");
            cancellationToken.ThrowIfCancellationRequested();
            lock (_store.Gate)
            {
                RequireFreeDatabases();
                if (_request.Remember && _store.Restores.GetValueOrDefault(_request.Id) != this)
                    throw MemoryErrors.OutOfOrder("be published: another one took its place");
                var state = Build(out var newIds);
                var replacement = new RowReplacement(_store, _stamp);
                foreach (var (id, table) in _tables.Where(table => table.Value.Replaces is not null))
                    replacement.Add(newIds[id], table.Descriptor, table.Rows, table.Replaces!);
                replacement.Run(checkForeignKeys: !_request.SkipForeignKeyCheck);
                foreach (var (id, table) in _tables.Where(table => table.Value.Replaces is null))
                    _store.Tables.Add(newIds[id], table.Rows);
                _stamp.At = _store.Clock.Tick();
                _store.Catalog.Add(_stamp.At, state);
                if (_request.Remember)
                    _store.Restores[_request.Id] = null;
            }

            _phase = Phase.Ended;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _phase = Phase.Ended;
            _tables.Clear();
            _objects.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private void Stage(ObjectRestore item, TableDescriptor table, bool isForeign)
    {
        if (!_store.Options.Capabilities.HasFlag(EngineCapabilities.ReplaceRows))
            throw MemoryErrors.NotSupported("way to replace the rows of a table that is there");
        foreach (var name in item.Partitions)
        {
            if (!table.Partitions.Contains(name))
                throw MemoryErrors.NoSuchPartition(table, name);
        }

        _tables.Add(table.Id, new StagedTable(table, isForeign) { Replaces = item.Partitions });
    }

    private void Require(Phase phase, string what)
    {
        if (_phase != phase)
            throw MemoryErrors.OutOfOrder(what);
    }

    private void RequireFreeDatabases()
    {
        foreach (var name in _request.NewDatabases)
        {
            if (_store.Catalog.Current.FindDatabase(name) is { } taken && !IsReplaceable(taken))
                throw MemoryErrors.DatabaseExists(name);
        }
    }

    private bool IsReplaceable(DatabaseDescriptor database) =>
        _store.Options.BuiltInDatabases.Contains(database.Name)
        && _store.Catalog.Current.In(database.Name).All(o => o is SchemaDescriptor);

    /// <summary>The catalog with what was restored in it. Under the store's lock.</summary>
    private CatalogState Build(out Dictionary<long, long> newIds)
    {
        var state = _request.NewDatabases.Aggregate(_store.Catalog.Current, AddDatabase);
        newIds = [];
        foreach (var descriptor in _objects)
        {
            if (FindExisting(state, descriptor) is { } existing)
            {
                newIds[descriptor.Id] = existing.Id;
                continue;
            }

            var added = descriptor with { Id = _store.NextId() };
            CatalogRules.Check(state, added, _store.Options.Capabilities);
            newIds[descriptor.Id] = added.Id;
            state = state.With(added);
        }

        var renumbered = new Renumbering(newIds);
        return newIds.Values.Select(id => state.Find(id)!).Where(o => _store.Catalog.Current.Find(o.Id) is null)
            .Aggregate(state, (all, descriptor) => all.With(renumbered.Apply(descriptor)));
    }

    private CatalogState AddDatabase(CatalogState state, string name)
    {
        if (state.FindDatabase(name) is { } replaced)
        {
            state = state.In(replaced.Name).ToList()
                .Aggregate(state.Without(replaced.Id), (all, descriptor) => all.Without(descriptor.Id));
        }

        var source = _objects.OfType<DatabaseDescriptor>().FirstOrDefault(d => d.Name == name)
            ?? new DatabaseDescriptor { Id = 0, Database = name, Name = name };
        return state.With(source with { Id = _store.NextId() }).With(
            new SchemaDescriptor { Id = _store.NextId(), Database = name, Name = MemoryEngine.PublicSchema });
    }

    /// <summary>What the destination has already: what the request says so of, and the place where things go.</summary>
    private ObjectDescriptor? FindExisting(CatalogState state, ObjectDescriptor wanted)
    {
        var found = state.FindNamesake(wanted with { Id = 0 });
        if (_existing.Contains(wanted.Id))
            return found ?? throw MemoryErrors.ObjectNotFound(wanted);
        return wanted is DatabaseDescriptor or SchemaDescriptor ? found : null;
    }

    private void CheckForeignKeys()
    {
        var rules = new ForeignKeyRules(_store);
        // Rows that replace others are checked on publication, against what they leave there.
        foreach (var table in _tables.Values.Where(table => table.Replaces is null))
            rules.CheckStaged(table.Descriptor, table.Rows, FindStaged);

        (TableDescriptor, MemoryTable)? FindStaged(string database, string? schema, string name)
        {
            var names = _store.Options.NameComparer;
            var found = _tables.Values.FirstOrDefault(table => names.Equals(table.Descriptor.Database, database)
                && names.Equals(table.Descriptor.Schema ?? "", schema ?? "")
                && names.Equals(table.Descriptor.Name, name));
            return found is null or { Replaces.Count: > 0 } ? null : (found.Descriptor, found.Rows);
        }
    }

    private sealed class StagedTable(TableDescriptor descriptor, bool isForeign)
    {
        public TableDescriptor Descriptor { get; } = descriptor;

        public MemoryTable Rows { get; } = new();

        /// <summary>
        /// Null for a new table; else the partitions of the table that is there whose rows are replaced, none for all.
        /// </summary>
        public IReadOnlyList<string>? Replaces { get; init; }

        public void Add(in RowVersion row, CommitStamp stamp)
        {
            _ = new RecordReader(row.Value); // refuses what is no record
            var key = KeyOf(row);
            if (Rows.Rows.Find(key) is not null)
                throw MemoryErrors.DuplicateKey(Descriptor, string.Join(", ", Descriptor.PrimaryKey));
            Rows.Put(key, row.Value.ToArray(), stamp);
        }

        /// <summary>Keys of other engines mean nothing here: they are made anew from the row.</summary>
        private byte[] KeyOf(in RowVersion row)
        {
            if (isForeign)
            {
                return Descriptor.PrimaryKey.Count > 0
                    ? RowRules.KeyOf(Descriptor, row.Value)
                    : RowRules.KeyOf(Rows.NextRowId());
            }

            if (Descriptor.PrimaryKey.Count == 0)
                Rows.NoteRowId(row.Key);
            return row.Key.ToArray();
        }
    }
}
