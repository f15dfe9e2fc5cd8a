using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>The objects that a layer covers, gathered from the snapshots of its engines, with their figures.</summary>
internal sealed class LayerContents
{
    private readonly List<ObjectDescriptor> _objects = [];
    private readonly List<TableFigures> _statistics = [];
    private readonly List<SchemaChange> _changes = [];

    public IReadOnlyList<ObjectDescriptor> Objects => _objects;

    public IReadOnlyList<TableFigures> Statistics => _statistics;

    /// <summary>The layer restores any time after this; null without history.</summary>
    public HlcTimestamp? HistoryStart { get; private set; }

    public IReadOnlyList<SchemaChange> SchemaChanges => [.. _changes.OrderBy(change => change.Time)];

    /// <summary>What some databases hold and the layer does not, as sentences.</summary>
    public IEnumerable<string> NotCarried(IReadOnlyList<string> databases) =>
        from database in _objects.OfType<DatabaseDescriptor>()
        where databases.Contains(database.Name, StringComparer.Ordinal)
        from what in database.NotCarried ?? []
        select $"{database.Name}: {what} is not backed up";

    /// <summary>Adds databases of which nothing else is kept.</summary>
    public void Add(IEnumerable<DatabaseDescriptor> databases) => _objects.AddRange(databases);

    /// <summary>Adds the history of one engine's catalog; that of several starts where the shortest does.</summary>
    public void Add(CatalogHistory history)
    {
        _changes.AddRange(history.Changes);
        HistoryStart = HistoryStart is { } start && start > history.Start ? start : history.Start;
    }

    /// <summary>Adds what a scope covers of a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="written">What the layer has of the spaces: of many tables it tells the number of rows.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task ReadAsync(
        IEngineSnapshot snapshot, BackupScope scope, IEnumerable<SpaceManifest> written,
        CancellationToken cancellationToken)
    {
        var rows = written
            .Where(space => space.Space is TableSpace { Partition: null }
                && space.Fingerprint.Scope == FingerprintScope.State)
            .ToDictionary(space => (TableSpace)space.Space, space => space.Rows);
        var databases = await snapshot.Catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var name in scope.AllDatabases())
        {
            _objects.Add(databases.First(d => d.Name == name));
            var all = await snapshot.Catalog.GetObjectsAsync(name, cancellationToken).ConfigureAwait(false);
            var chosen = scope.Select(name, all);
            _objects.AddRange(chosen);
            foreach (var table in chosen.OfType<TableDescriptor>().Where(t => !t.ExcludeData))
            {
                long? known = rows.TryGetValue(new TableSpace(name, table.Id), out var count) ? count : null;
                var size = await snapshot.Catalog.GetStatisticsAsync(table, known, cancellationToken)
                    .ConfigureAwait(false);
                _statistics.Add(new TableFigures(table.Id, size.Rows, size.Bytes, size.IndexEntries, name));
            }
        }
    }

    /// <summary>
    /// Compares the tables of the snapshots with the spaces that were written: the plan was made from a catalog that
    /// may have been a moment older. With history, tables that were dropped inside the window count too.
    /// </summary>
    public void CheckSpaces(IEnumerable<Space> written)
    {
        var earlier = _changes.Select(change => change.Descriptor).OfType<TableDescriptor>()
            .Where(table => !table.KeepsNoHistory);
        var pages = written.OfType<PageSpace>().Select(space => space.Database).ToHashSet(StringComparer.Ordinal);
        var tables = written.OfType<TableSpace>().Select(space => (space.Database, space.TableId)).ToHashSet();
        var expected = _objects.OfType<TableDescriptor>().Concat(earlier)
            .Where(table => !table.ExcludeData && !pages.Contains(table.Database))
            .Select(table => (table.Database, table.Id));
        var isLeftIn = _objects.OfType<TableDescriptor>().Any(t => t.ExcludeData && pages.Contains(t.Database));
        if (isLeftIn || !tables.SetEquals(expected))
            throw Errors.CatalogChanged();
    }
}
