namespace Backup.Sql.Catalog;

/// <summary>A catalog made of descriptors: what a backup says was there.</summary>
internal sealed class DescriptorCatalog : ICatalogReader
{
    private readonly IReadOnlyList<ObjectDescriptor> _objects;
    private readonly IReadOnlyDictionary<long, TableStatistics> _statistics;

    public DescriptorCatalog(
        IReadOnlyList<ObjectDescriptor> objects, IReadOnlyDictionary<long, TableStatistics> statistics)
    {
        _objects = objects;
        _statistics = statistics;
    }

    public ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(
        CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<DatabaseDescriptor>>([.. _objects.OfType<DatabaseDescriptor>()]);

    public ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<ObjectDescriptor>>(
            [.. _objects.Where(o => o is not DatabaseDescriptor && o.Database == database)]);

    public ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(_statistics.GetValueOrDefault(table.Id));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
