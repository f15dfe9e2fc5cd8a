using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// The engine's state: clock, catalog and rows with their history, and what keeps history alive. One lock guards all of
/// it; whoever calls a method that says so holds <see cref="Gate"/>.
/// </summary>
internal sealed class MemoryStore(MemoryEngineOptions options)
{
    private readonly Dictionary<string, HlcTimestamp> _holds = new(StringComparer.Ordinal);
    private readonly HashSet<Pin> _pins = [];
    private readonly HlcTimestamp _founded = HlcTimestamp.FromDateTimeOffset(options.TimeProvider.GetUtcNow());
    private long _lastId = 100;

    public Lock Gate { get; } = new();

    public MemoryEngineOptions Options { get; } = options;

    public HybridClock Clock { get; } = new(options.TimeProvider);

    public CatalogHistory Catalog { get; } = new(new CatalogState(options.NameComparer));

    public Dictionary<long, MemoryTable> Tables { get; } = [];

    /// <summary>The restores that are remembered: the one in the making, null for one that is published.</summary>
    public Dictionary<string, MemoryRestore?> Restores { get; } = new(StringComparer.Ordinal);

    /// <summary>Times before this one are no longer kept.</summary>
    public HlcTimestamp OldestKept { get; private set; }

    /// <summary>The first time of which anything can be known.</summary>
    public HlcTimestamp HistoryStart => OldestKept > _founded ? OldestKept : _founded;

    /// <summary>The next object's id. Under the lock.</summary>
    public long NextId() => ++_lastId;

    /// <summary>Keeps all that a reader of a time sees until it is disposed. Under the lock.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">22008 that time is no longer kept, or not yet come.</exception>
    public Pin PinAt(HlcTimestamp time)
    {
        var now = Clock.Now();
        if (time > now)
            throw MemoryErrors.TimeAhead(time, now);
        RequireKept(time);
        var pin = new Pin(this, time);
        _pins.Add(pin);
        return pin;
    }

    /// <summary>Under the lock.</summary>
    public void RequireKept(HlcTimestamp time)
    {
        if (time < OldestKept)
            throw MemoryErrors.TimeGone(time, OldestKept);
    }

    /// <summary>Places or moves a hold. Under the lock.</summary>
    public void Hold(string name, HlcTimestamp from)
    {
        // Zero means everything that is kept.
        if (!from.IsZero)
            RequireKept(from);
        _holds[name] = from;
    }

    /// <summary>Under the lock.</summary>
    public void Release(string name) => _holds.Remove(name);

    /// <summary>The table's descriptor and rows now. Under the lock.</summary>
    public (TableDescriptor Descriptor, MemoryTable Table) GetTable(long id) =>
        Catalog.Current.Find(id) is TableDescriptor descriptor
            ? (descriptor, Tables[id])
            : throw MemoryErrors.TableNotFound($"number {id}");

    /// <summary>
    /// Makes writes visible at once, or none of them. Under the lock.
    /// </summary>
    /// <param name="readAt">The time that the transaction saw.</param>
    /// <param name="writes">The new value, or null, of each key by table.</param>
    /// <returns>When it happened.</returns>
    public HlcTimestamp Commit(HlcTimestamp readAt, IReadOnlyDictionary<long, SortedDictionary<byte[], byte[]?>> writes)
    {
        foreach (var (id, rows) in writes)
            RequireUnchanged(id, rows.Keys, readAt);
        var stamp = new CommitStamp();
        var done = new List<(MemoryTable Table, byte[] Key)>();
        try
        {
            foreach (var (id, rows) in writes)
                Apply(id, rows, stamp, done);
            foreach (var (id, rows) in writes)
                new ForeignKeyRules(this).CheckWritten(GetTable(id).Descriptor, rows.Keys);
        }
        catch
        {
            done.ForEach(write => write.Table.Undo(write.Key));
            throw;
        }

        return stamp.At = Clock.Tick();
    }

    /// <summary>
    /// Forgets versions that nobody needs: older than the retention time, any hold and any open snapshot. Under the
    /// lock.
    /// </summary>
    public void CollectGarbage()
    {
        var now = Clock.Now();
        var retention = Catalog.Current.Objects.Select(RetentionOf).Max() ?? Options.HistoryRetention;
        var oldest = new HlcTimestamp(now.WallTime - retention.Ticks * 100);
        foreach (var needed in _holds.Values.Concat(_pins.Select(pin => pin.Time)))
            oldest = needed < oldest ? needed : oldest;
        if (oldest <= OldestKept)
            return;
        OldestKept = oldest;
        Catalog.Prune(oldest);
        foreach (var id in Tables.Keys.Where(id => !Catalog.Knows(id)).ToList())
            Tables.Remove(id);
        foreach (var table in Tables.Values)
            Prune(table, oldest);
    }

    private static TimeSpan? RetentionOf(ObjectDescriptor o) => o switch
    {
        DatabaseDescriptor database => database.HistoryRetention,
        TableDescriptor table => table.HistoryRetention,
        _ => null,
    };

    private void RequireUnchanged(long id, IEnumerable<byte[]> keys, HlcTimestamp readAt)
    {
        var (descriptor, table) = GetTable(id);
        if (keys.Any(key => table.Rows.Find(key)?.Newest is { } newest && newest.At > readAt))
            throw MemoryErrors.LostUpdate(descriptor);
    }

    private void Apply(
        long id, SortedDictionary<byte[], byte[]?> rows, CommitStamp stamp, List<(MemoryTable Table, byte[] Key)> done)
    {
        var (descriptor, table) = GetTable(id);

        // Deletions first: a unique value may move from one row to another.
        foreach (var (key, value) in rows.OrderBy(row => row.Value is not null))
        {
            var broken = table.Put(key, value, stamp);
            done.Add((table, key));
            if (broken is not null)
                throw MemoryErrors.DuplicateKey(descriptor, broken);
        }
    }

    private static void Prune(MemoryTable table, HlcTimestamp oldest)
    {
        foreach (var chain in table.Rows.All().ToList())
        {
            if (RowNode.Visible(chain.Newest, oldest) is not { } last)
                continue;
            last.Older = null;
            if (last == chain.Newest && last.Value is null)
                table.Rows.Remove(chain.Key);
        }
    }

    /// <summary>Keeps a time readable while somebody reads it.</summary>
    public sealed class Pin(MemoryStore store, HlcTimestamp time) : IDisposable
    {
        public HlcTimestamp Time => time;

        public void Dispose()
        {
            lock (store.Gate)
                store._pins.Remove(this);
        }
    }
}
