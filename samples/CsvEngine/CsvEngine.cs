using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace CsvSample;

/// <summary>
/// A database engine in a directory of CSV files: the example of docs/writing-an-engine.md. Small, slow, and kept to
/// every obligation of the contract.
/// </summary>
public sealed class CsvEngine : IDatabaseEngine
{
    private readonly CsvStore _store;

    private CsvEngine(CsvStore store) => _store = store;

    // docs: info
    /// <inheritdoc/>
    public EngineInfo Info => new()
    {
        Kind = "csv",
        Version = "1.0",
        Package = "CsvEngine",
        ClusterId = _store.ClusterId,
        Capabilities = EngineCapabilities.None,
        NameComparer = StringComparer.Ordinal,
    };

    // docs: end

    /// <summary>Opens a cluster; it is made where there is none.</summary>
    /// <param name="directory">The directory; one engine at a time has it.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <returns>The engine.</returns>
    public static CsvEngine Open(string directory, TimeProvider? clock = null) =>
        new(new CsvStore(directory, clock ?? TimeProvider.System));

    /// <summary>Makes a database.</summary>
    /// <param name="name">Its name.</param>
    public void CreateDatabase(string name) => _store.Commit(present =>
        present.Databases.Any(d => d.Name == name)
            ? throw CsvErrors.DatabaseExists(name)
            : (present with { LastId = present.LastId + 2 })
                .With(new CsvDatabase(name, present.LastId + 1, present.LastId + 2, [])));

    /// <summary>Makes a table.</summary>
    /// <param name="table">What it is like; its id is given by the engine.</param>
    public void CreateTable(TableDescriptor table) => _store.Commit(present =>
    {
        var database = present.Get(table.Database);
        if (database.Tables.Any(t => t.Descriptor.Name == table.Name))
            throw CsvErrors.TableExists(table.Name);
        var numbered = table with { Id = present.LastId + 1, Schema = "public" };
        var file = _store.WriteRows(new CsvRows(numbered));
        return (present with { LastId = numbered.Id }).With(database.With(new CsvTable(numbered, file)));
    });

    /// <summary>Drops a table.</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table.</param>
    public void DropTable(string database, string table) => _store.Commit(present =>
    {
        var dropped = present.Get(database).Get(table);
        return present.With(present.Get(database) with
        {
            Tables = [.. present.Get(database).Tables.Where(t => t != dropped)],
        });
    });

    /// <summary>Changes rows in one transaction.</summary>
    /// <param name="database">The database.</param>
    /// <param name="work">Does it; what it throws undoes all.</param>
    public void Change(string database, Action<CsvTransaction> work) => _store.Commit(present =>
    {
        var transaction = new CsvTransaction(_store, present.Get(database));
        work(transaction);
        return present.With(transaction.Finish());
    });

    // docs: engine
    /// <inheritdoc/>
    public ValueTask<HlcTimestamp> GetCurrentTimeAsync(CancellationToken cancellationToken = default) =>
        new(CsvSnapshot.Time(_store.Tick()));

    /// <inheritdoc/>
    public ValueTask<ICatalogReader> OpenCatalogAsync(
        HlcTimestamp? asOf, CancellationToken cancellationToken = default) =>
        asOf is null ? new(new CsvCatalog(_store, _store.Pin().Manifest)) : throw CsvErrors.NotSupported("history");

    /// <inheritdoc/>
    public ValueTask<IEngineSnapshot> OpenSnapshotAsync(
        SnapshotRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.AsOf is not null)
            throw CsvErrors.NotSupported("history");
        var (manifest, time) = _store.Pin();
        var snapshot = new CsvSnapshot(_store, manifest, time);
        try
        {
            foreach (var database in request.Databases)
                manifest.Get(database); // refuses an unknown one
            return new(snapshot);
        }
        catch
        {
            _store.Unpin(manifest);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IRestoreTransaction> BeginRestoreAsync(
        RestoreRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (manifest, _) = _store.Pin();
        _store.Unpin(manifest);
        CsvRestore.RequireFree(manifest, request);
        return new(new CsvRestore(_store, request));
    }

    // docs: end

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        return ValueTask.CompletedTask;
    }
}
