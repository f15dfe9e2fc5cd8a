using Backup.Sql.Catalog;

namespace CsvSample;

// docs: catalog
/// <summary>The catalog of one state.</summary>
internal sealed class CsvCatalog(CsvStore store, CsvManifest manifest) : ICatalogReader
{
    private int _disposed;

    public ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(CancellationToken cancellationToken = default) =>
        new([.. manifest.Databases.Select(d => new DatabaseDescriptor { Id = d.Id, Database = d.Name, Name = d.Name })]);

    public ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default)
    {
        var found = manifest.Get(database);
        var schema = new SchemaDescriptor { Id = found.SchemaId, Database = database, Name = "public" };
        return new([schema, .. found.Tables.Select(t => t.Descriptor)]);
    }

    public ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default)
    {
        var file = manifest.Get(table.Database).Get(table.Name);
        var counted = rows ?? CsvRows.Read(store, file).All.Count;
        return new(new TableStatistics(counted, store.Read(file.File).Length, counted * table.Indexes.Count));
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            store.Unpin(manifest);
        return ValueTask.CompletedTask;
    }
}
// docs: end
