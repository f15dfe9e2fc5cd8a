using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// A database cluster in memory, for tests: multi-version rows, a catalog with history, constraints, everything that
/// the contract of engines knows except page spaces. With a manual clock and a given cluster id two runs are equal.
/// </summary>
/// <remarks>
/// <para>Rows are written through <see cref="BeginTransaction"/> as .NET values: <c>bool</c>, <c>int</c> or
/// <c>long</c>, <c>double</c>, <c>decimal</c> (or a decimal's text), <c>string</c> (text, JSON, values of user-defined
/// types), <c>byte[]</c>, <see cref="DateOnly"/>, <see cref="TimeOnly"/>, <see cref="DateTime"/>, <see
/// cref="DateTimeOffset"/>, <see cref="Rows.IntervalValue"/>, <see cref="Guid"/>, <c>object?[]</c> or <see
/// cref="ArrayValue"/>, null; a column of kind <see cref="ColumnKind.Any"/> takes all of them.</para>
/// <para>Unique indexes, NOT NULL and foreign keys are enforced; checks, defaults and the bodies of views, functions
/// and triggers (property <c>body</c>) are kept and never run. All members may be called concurrently.</para>
/// </remarks>
public sealed class MemoryEngine
    : IDatabaseEngine, IRetentionHolds, ICatalogHistory, IZoneConfiguration, IRestoreLedger
{
    /// <summary>The schema that every database has.</summary>
    public const string PublicSchema = "public";

    private readonly MemoryStore _store;

    /// <summary>Makes an empty cluster.</summary>
    /// <param name="options">What it is to be like; null for everything at its default.</param>
    /// <exception cref="ArgumentException">
    /// The options name an ability that the engine has not, or only half of one.
    /// </exception>
    public MemoryEngine(MemoryEngineOptions? options = null)
    {
        options ??= new MemoryEngineOptions();
        const EngineCapabilities history = EngineCapabilities.TimeTravel | EngineCapabilities.ChangeExport;
        if (options.Capabilities.HasFlag(EngineCapabilities.PageSpaces))
            throw new ArgumentException("The engine in memory has no pages.", nameof(options));
        if (options.Capabilities.HasFlag(EngineCapabilities.RevisionHistory) && !options.Capabilities.HasFlag(history))
            throw new ArgumentException("Revision history implies time travel and change export.", nameof(options));
        Info = new EngineInfo
        {
            Kind = "memory",
            Version = "1",
            Package = "Backup.Sql.TestKit",
            ClusterId = options.ClusterId ?? RandomId(options),
            Capabilities = options.Capabilities,
            NameComparer = options.NameComparer,
            BuiltInDatabases = options.BuiltInDatabases,
            Regions = options.Regions,
        };
        _store = new MemoryStore(options);
        foreach (var name in options.BuiltInDatabases)
            CreateDatabase(name);
    }

    /// <inheritdoc/>
    public EngineInfo Info { get; private set; }

    /// <summary>Gives the cluster other regions; those of databases stay as they are.</summary>
    /// <param name="regions">The regions from now on.</param>
    public void SetRegions(IReadOnlyList<string> regions) => Info = Info with { Regions = regions };

    /// <summary>Makes a database with the schema <see cref="PublicSchema"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The database.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">42P04 it exists already.</exception>
    public DatabaseDescriptor CreateDatabase(string name)
    {
        var database = Create(new DatabaseDescriptor { Id = 0, Database = name, Name = name });
        Create(new SchemaDescriptor { Id = 0, Database = name, Name = PublicSchema });
        return database;
    }

    /// <summary>Makes an object.</summary>
    /// <typeparam name="T">The kind of object.</typeparam>
    /// <param name="descriptor">The object; its id is ignored.</param>
    /// <returns>The object with the id that it was given.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 42P07, 42710, 42P04 the name is taken; 3D000, 3F000 where it should lie does not exist; 0A000 the engine has no
    /// such thing.
    /// </exception>
    public T Create<T>(T descriptor)
        where T : ObjectDescriptor
    {
        lock (_store.Gate)
        {
            var state = _store.Catalog.Current;
            var made = CatalogRules.Complete((T)((ObjectDescriptor)descriptor with { Id = _store.NextId() }));
            CatalogRules.Check(state, made, Info.Capabilities);
            if (made is TableDescriptor table)
            {
                var rows = new MemoryTable();
                rows.Index(table);
                _store.Tables.Add(table.Id, rows);
            }

            _store.Catalog.Add(_store.Clock.Tick(), state.With(made));
            return made;
        }
    }

    /// <summary>
    /// Changes an object: its name, indexes, constraints, and so on; a table's columns can only be added to.
    /// </summary>
    /// <typeparam name="T">The kind of object.</typeparam>
    /// <param name="descriptor">The object as it is to be, found by its id.</param>
    /// <returns>The object.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 42704 there is no such object; 0A000 columns were changed; 23505, 23503 rows break a new constraint.
    /// </exception>
    public T Alter<T>(T descriptor)
        where T : ObjectDescriptor
    {
        lock (_store.Gate)
        {
            var state = _store.Catalog.Current;
            var old = state.Find(descriptor.Id) ?? throw MemoryErrors.ObjectNotFound(descriptor);
            var made = CatalogRules.Complete(descriptor);
            CatalogRules.Check(state, made, Info.Capabilities);
            if (old is TableDescriptor before && made is TableDescriptor table)
            {
                if (!before.Columns.SequenceEqual(table.Columns.Take(before.Columns.Count)))
                    throw MemoryErrors.NotSupported("way to change or drop columns");
                new ForeignKeyRules(_store).CheckStaged(table, _store.Tables[table.Id], (_, _, _) => null);
                _store.Tables[table.Id].Index(table);
            }

            _store.Catalog.Add(_store.Clock.Tick(), state.With(made));
            return made;
        }
    }

    /// <summary>
    /// Drops an object: a table with its triggers and the sequences that it owns, a database or schema with all in it.
    /// History keeps it.
    /// </summary>
    /// <param name="descriptor">The object, found by its id.</param>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 42704 it does not exist; 2BP01 another object needs it.
    /// </exception>
    public void Drop(ObjectDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        lock (_store.Gate)
        {
            var state = _store.Catalog.Current;
            var found = state.Find(descriptor.Id) ?? throw MemoryErrors.ObjectNotFound(descriptor);
            var within = found switch
            {
                DatabaseDescriptor => state.In(found.Name),
                SchemaDescriptor => state.In(found.Database).Where(o => o.Schema == found.Name),
                _ => state.In(found.Database).Where(o => CatalogState.BelongsTo(o, found.Id)),
            };
            if (found is not DatabaseDescriptor and not SchemaDescriptor && state.FindDependent(found) is { } dependent)
                throw MemoryErrors.StillNeeded(found, dependent);
            state = within.ToList().Aggregate(state, (remaining, gone) => remaining.Without(gone.Id));
            _store.Catalog.Add(_store.Clock.Tick(), state.Without(found.Id));
        }
    }

    /// <summary>Finds a table.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="name">Its name.</param>
    /// <param name="schema">Its schema.</param>
    /// <returns>The table as it is now.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">42P01 it does not exist.</exception>
    public TableDescriptor Table(string database, string name, string schema = PublicSchema)
    {
        lock (_store.Gate)
        {
            return _store.Catalog.Current.FindTable(database, schema, name)
                ?? throw MemoryErrors.TableNotFound($"{database}.{schema}.{name}");
        }
    }

    /// <summary>Starts a transaction that sees this moment.</summary>
    /// <returns>The transaction.</returns>
    public MemoryTransaction BeginTransaction() => new(_store);

    /// <summary>Takes the next value of a sequence, at once and for ever.</summary>
    /// <param name="sequence">The sequence, found by its id.</param>
    /// <returns>The value.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">42704 there is no such sequence.</exception>
    public long NextValue(SequenceDescriptor sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        lock (_store.Gate)
        {
            var state = _store.Catalog.Current;
            if (state.Find(sequence.Id) is not SequenceDescriptor found)
                throw MemoryErrors.ObjectNotFound(sequence);
            var next = found.IsCalled ? found.Value + found.Increment : found.Value;
            _store.Catalog.Add(_store.Clock.Tick(), state.With(found with { Value = next, IsCalled = true }));
            return next;
        }
    }

    /// <summary>Reads a whole table, in key order.</summary>
    /// <param name="table">The table, found by its id.</param>
    /// <param name="asOf">The time; null for now.</param>
    /// <returns>The values of each row.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 42P01 there is no such table; 22008 the time is no longer kept.
    /// </exception>
    public IReadOnlyList<object?[]> ReadAll(TableDescriptor table, HlcTimestamp? asOf = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        lock (_store.Gate)
        {
            var time = asOf ?? _store.Clock.Now();
            _store.RequireKept(time);
            if (_store.Catalog.At(time).Find(table.Id) is null)
                throw MemoryErrors.TableNotFound(table.Name);
            return [.. _store.Tables[table.Id].Rows.All()
                .Select(chain => RowNode.Visible(chain.Newest, time)?.Value)
                .Where(record => record is not null)
                .Select(record => ValueReader.ReadAll(record))];
        }
    }

    /// <summary>A whole table as text: one line for each row, in key order. Equal tables give equal texts.</summary>
    /// <param name="table">The table, found by its id.</param>
    /// <param name="asOf">The time; null for now.</param>
    /// <returns>The text.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 42P01 there is no such table; 22008 the time is no longer kept.
    /// </exception>
    public string Dump(TableDescriptor table, HlcTimestamp? asOf = null)
    {
        var text = new StringBuilder();
        foreach (var row in ReadAll(table, asOf))
            text.AppendJoin(", ", row.Select(ValueText.Print)).Append('\n');
        return text.ToString();
    }

    /// <summary>
    /// Forgets what is older than <see cref="MemoryEngineOptions.HistoryRetention"/>, unless a hold, a snapshot or a
    /// transaction still needs it. Nothing is forgotten otherwise.
    /// </summary>
    /// <returns>The oldest time that is still kept.</returns>
    public HlcTimestamp CollectGarbage()
    {
        lock (_store.Gate)
        {
            _store.CollectGarbage();
            return _store.OldestKept;
        }
    }

    /// <inheritdoc/>
    public ValueTask<HlcTimestamp> GetCurrentTimeAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_store.Gate)
            return ValueTask.FromResult(_store.Clock.Now());
    }

    /// <inheritdoc/>
    public ValueTask<ICatalogReader> OpenCatalogAsync(HlcTimestamp? asOf, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireTimeTravel(asOf);
        lock (_store.Gate)
        {
            var pin = _store.PinAt(asOf ?? _store.Clock.Now());
            return ValueTask.FromResult<ICatalogReader>(new MemoryCatalogReader(_store, pin));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IEngineSnapshot> OpenSnapshotAsync(
        SnapshotRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        RequireTimeTravel(request.AsOf);
        lock (_store.Gate)
        {
            var pin = _store.PinAt(request.AsOf?.ToMicroseconds() ?? _store.Clock.TickMicrosecond());
            try
            {
                var catalog = _store.Catalog.At(pin.Time);
                foreach (var database in request.Databases)
                    catalog.GetDatabase(database);
                return ValueTask.FromResult<IEngineSnapshot>(new MemorySnapshot(_store, pin));
            }
            catch
            {
                pin.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IRestoreTransaction> BeginRestoreAsync(
        RestoreRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_store.Gate)
            return ValueTask.FromResult<IRestoreTransaction>(new MemoryRestore(_store, request));
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsPublishedAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_store.Gate)
            return ValueTask.FromResult(_store.Restores.TryGetValue(id, out var making) && making is null);
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_store.Gate)
            _store.Restores.Remove(id);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask HoldAsync(string name, HlcTimestamp from, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireHolds();
        lock (_store.Gate)
            _store.Hold(name, from);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireHolds();
        lock (_store.Gate)
            _store.Release(name);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HlcTimestamp>> GetCatalogChangesAsync(
        string database, HlcTimestamp after, HlcTimestamp upTo, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_store.Gate)
        {
            if (!after.IsZero)
                _store.RequireKept(after);
            return ValueTask.FromResult(_store.Catalog.Changes(database, after, upTo));
        }
    }

    /// <inheritdoc/>
    public ValueTask<HlcTimestamp> GetHistoryStartAsync(
        string database, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_store.Gate)
            return ValueTask.FromResult(_store.HistoryStart);
    }

    /// <summary>
    /// Sets for how long history is kept. The engine has one history for all: it keeps it for the longest time that is
    /// set for any database or table.
    /// </summary>
    /// <inheritdoc/>
    public ValueTask SetHistoryRetentionAsync(
        string database, long? table, TimeSpan? retention, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireZones();
        lock (_store.Gate)
        {
            if (table is { } id)
                Alter(_store.GetTable(id).Descriptor with { HistoryRetention = retention });
            else
                Alter(_store.Catalog.Current.GetDatabase(database) with { HistoryRetention = retention });
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SetDataExclusionAsync(
        string database, long table, bool isExcluded, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireZones();
        lock (_store.Gate)
        {
            var (descriptor, _) = _store.GetTable(table);
            Alter(descriptor with { ExcludeData = isExcluded });
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void RequireTimeTravel(HlcTimestamp? asOf)
    {
        if (asOf is not null && !Info.Capabilities.HasFlag(EngineCapabilities.TimeTravel))
            throw MemoryErrors.NotSupported("history: only the present can be read");
    }

    private void RequireZones()
    {
        if (!Info.Capabilities.HasFlag(EngineCapabilities.ZoneConfiguration))
            throw MemoryErrors.NotSupported("zones to configure");
    }

    private void RequireHolds()
    {
        if (!Info.Capabilities.HasFlag(EngineCapabilities.RetentionHolds))
            throw MemoryErrors.NotSupported("retention holds");
    }

    private static string RandomId(MemoryEngineOptions options)
    {
        Span<byte> id = stackalloc byte[16];
        options.Random.Fill(id);
        return Convert.ToHexStringLower(id);
    }
}
