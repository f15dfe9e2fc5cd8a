using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>The objects of a snapshot that a layer covers, with their figures.</summary>
internal sealed class LayerContents(IEngineSnapshot snapshot, BackupScope scope)
{
    private readonly List<ObjectDescriptor> _objects = [];
    private readonly List<TableFigures> _statistics = [];

    public IReadOnlyList<ObjectDescriptor> Objects => _objects;

    public IReadOnlyList<TableFigures> Statistics => _statistics;

    public async Task<LayerContents> ReadAsync(CancellationToken cancellationToken)
    {
        var databases = await snapshot.Catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var name in scope.AllDatabases())
        {
            _objects.Add(databases.First(d => d.Name == name));
            var all = await snapshot.Catalog.GetObjectsAsync(name, cancellationToken).ConfigureAwait(false);
            var chosen = scope.Select(name, all);
            _objects.AddRange(chosen);
            foreach (var table in chosen.OfType<TableDescriptor>().Where(t => !t.ExcludeData))
            {
                var size = await snapshot.Catalog.GetStatisticsAsync(table, cancellationToken).ConfigureAwait(false);
                _statistics.Add(new TableFigures(table.Id, size.Rows, size.Bytes, size.IndexEntries));
            }
        }

        return this;
    }

    /// <summary>
    /// Compares the tables of the snapshot with the spaces that were written: the plan was made from a catalog that may
    /// have been a moment older. With history, tables that were dropped inside the window count too.
    /// </summary>
    public void CheckSpaces(IEnumerable<Space> written, CatalogHistory? history)
    {
        var earlier = history?.Changes.Select(change => change.Descriptor).OfType<TableDescriptor>() ?? [];
        var pages = written.OfType<PageSpace>().Select(space => space.Database).ToHashSet(StringComparer.Ordinal);
        var tables = written.OfType<TableSpace>().Select(space => (space.Database, space.TableId)).ToHashSet();
        var expected = _objects.OfType<TableDescriptor>().Concat(earlier)
            .Where(table => !table.ExcludeData && !pages.Contains(table.Database))
            .Select(table => (table.Database, table.Id));
        if (!tables.SetEquals(expected))
            throw Errors.CatalogChanged();
    }
}
