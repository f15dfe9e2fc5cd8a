using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>The catalog at one time, which it keeps readable until it is disposed.</summary>
internal sealed class MemoryCatalogReader : ICatalogReader
{
    private readonly MemoryStore _store;
    private readonly MemoryStore.Pin _pin;

    /// <summary>Under the store's lock.</summary>
    public MemoryCatalogReader(MemoryStore store, MemoryStore.Pin pin)
    {
        _store = store;
        _pin = pin;
        State = store.Catalog.At(pin.Time);
    }

    public CatalogState State { get; }

    public ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<DatabaseDescriptor>>(
            [.. State.Databases.OrderBy(d => d.Name, StringComparer.Ordinal).Select(WithDdl)]);
    }

    public ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<ObjectDescriptor>>(
            [.. State.InOrder(State.GetDatabase(database).Name).Select(WithDdl)]);
    }

    public ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (State.Find(table.Id) is not TableDescriptor found)
            throw MemoryErrors.TableNotFound(table.Name);
        long counted = 0, bytes = 0;
        lock (_store.Gate)
        {
            foreach (var chain in _store.Tables[table.Id].Rows.All())
            {
                if (RowNode.Visible(chain.Newest, _pin.Time)?.Value is not { } value)
                    continue;
                counted++;
                bytes += chain.Key.Length + value.Length;
            }
        }

        return ValueTask.FromResult(new TableStatistics(counted, bytes, counted * found.Indexes.Count));
    }

    public ValueTask DisposeAsync()
    {
        _pin.Dispose();
        return ValueTask.CompletedTask;
    }

    private T WithDdl<T>(T descriptor)
        where T : ObjectDescriptor =>
        (T)((ObjectDescriptor)descriptor with { Ddl = MemoryDdl.Print(descriptor, State) });
}
