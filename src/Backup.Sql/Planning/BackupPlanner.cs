using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Engines;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning;

/// <summary>
/// Plans BACKUP: reads the chain's head, decides for every space how it gets into the layer, and gives the steps.
/// </summary>
internal sealed class BackupPlanner(PlanningContext context)
{
    /// <summary>Plans.</summary>
    /// <param name="backup">The statement.</param>
    /// <param name="estimate">
    /// Counts rows and bytes for whoever reads the plan. A run counts what it writes, and would count twice.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ExecutionPlan> PlanAsync(BoundBackup backup, bool estimate, CancellationToken cancellationToken)
    {
        var engine = context.Engines[backup.Engine];
        _ = context.Collections.Codecs.Choose(
            backup.Compression, backup.CompressionLevel); // refuses what it cannot write
        var target = await new BackupTarget(context, backup).ResolveAsync(cancellationToken).ConfigureAwait(false);
        var parent = target.Chain?.Newest.Manifest;
        if (target.Chain is not null)
            ChainRules.CheckAppend(target.Chain, engine.Info, backup);

        var steps = new StepList();
        var spaces = await SpacesAsync(engine, backup, parent?.End, estimate, cancellationToken)
            .ConfigureAwait(false);
        var abilities = await DatabaseAbilities.OfAsync(engine, backup.Scope.AllDatabases(), cancellationToken)
            .ConfigureAwait(false);
        var holds = abilities.HasFlag(EngineCapabilities.RetentionHolds);
        var protect = holds
            ? steps.Add(id =>
                new ProtectStep
                {
                    Id = id,
                    Engine = backup.Engine,
                    From = parent?.End ?? (backup.RevisionHistory ? null : backup.AsOf),
                    AllHistory = backup.RevisionHistory,
                    MayBeGone = engine is IDatabaseAbilities && !backup.RevisionHistory,
                })
            : 0;
        var snapshot = steps.Add(id => new OpenSnapshotStep
        {
            Id = id,
            Engine = backup.Engine,
            Databases = backup.Scope.AllDatabases(),
            AsOf = backup.AsOf,
            After = StepList.Of(protect),
        });
        var layer = steps.Add(id => target.Begin(backup) with { Id = id, After = [snapshot] });
        var ready = backup.Snapshot is { } snapshotOf
            ? steps.Add(id => new ReserveLabelStep
            {
                Id = id,
                Label = snapshotOf.Label,
                Database = snapshotOf.Database,
                TimeoutSeconds = snapshotOf.TimeoutSeconds,
                After = [layer],
            })
            : layer;
        var exports = spaces.Select(
            space => steps.Add(id => Export(space, parent, abilities, backup) with { Id = id, After = [ready] }))
                .ToList();
        var manifest = steps.Add(id => new WriteManifestStep
        {
            Id = id,
            After = exports.Count > 0 ? exports : [ready],
            Scope = backup.Scope,
            Statement = backup.MaskedText,
            RevisionHistory = backup.RevisionHistory,
            Snapshot = backup.Snapshot is { } mark ? new SnapshotMark(mark.Label, mark.Database) : null,
            Ttl = backup.Snapshot?.Ttl,
            UpdatesMetric = backup.UpdatesMetric,
            Name = backup.Name,
            Labels = backup.Labels,
        });
        if (target.Chain is null && !target.AtLocation && target.Subdirectory is null && backup.Snapshot is null)
            steps.Add(id => new PublishLatestStep { Id = id, After = [manifest] });
        if (holds)
            steps.Add(id => new ReleaseStep
            {
                Id = id, Engine = backup.Engine, HandTo = backup.HandsHoldTo, After = [manifest],
            });
        return new ExecutionPlan { Kind = "BACKUP", Steps = steps.ToList(), Notices = backup.Notices };
    }

    private static async Task<IReadOnlyList<PlannedSpace>> SpacesAsync(
        IDatabaseEngine engine, BoundBackup backup, HlcTimestamp? parentEnd, bool estimate,
        CancellationToken cancellationToken)
    {
        var end = backup.AsOf ?? await engine.GetCurrentTimeAsync(cancellationToken).ConfigureAwait(false);
        var catalog = await engine.OpenCatalogAsync(backup.AsOf, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var pages = engine.Info.Capabilities.HasFlag(EngineCapabilities.PageSpaces);
        var spaces = new List<PlannedSpace>();
        foreach (var database in backup.Scope.AllDatabases())
        {
            var objects = backup.Scope.Select(
                database, await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false));
            var tables = new List<PlannedSpace>();
            foreach (var table in objects.OfType<TableDescriptor>().Where(t => !t.ExcludeData))
            {
                var size = estimate
                    ? await catalog.GetStatisticsAsync(table, cancellationToken).ConfigureAwait(false)
                    : default;
                tables.AddRange(SpacesOf(table, backup, engine.Info, size));
            }

            if (backup.RevisionHistory)
            {
                var dropped = await DroppedTables.FindAsync(
                    engine, backup.Scope, database, parentEnd, end, objects.Select(o => o.Id).ToHashSet(),
                    cancellationToken)
                    .ConfigureAwait(false);
                tables.AddRange(dropped.Select(
                    table => new PlannedSpace(new TableSpace(database, table.Id), QualifiedName(table), table, 0, 0)));
            }

            // Pages hold the rows of all tables: where some are to stay out, the others go one by one.
            if (pages && backup.Scope.Databases.Contains(database, StringComparer.Ordinal)
                && !objects.OfType<TableDescriptor>().Any(table => table.ExcludeData))
                spaces.Add(new PlannedSpace(
                    new PageSpace(database), database, null, tables.Sum(t => t.Rows), tables.Sum(t => t.Bytes)));
            else
                spaces.AddRange(tables);
        }

        return spaces;
    }

    /// <summary>A table of a snapshot is written partition by partition, so that each can be restored alone.</summary>
    private static IEnumerable<PlannedSpace> SpacesOf(
        TableDescriptor table, BoundBackup backup, EngineInfo engine, TableStatistics size)
    {
        var space = new TableSpace(table.Database, table.Id);
        if (backup.Snapshot is null || table.Partitions.Count == 0
            || !engine.Capabilities.HasFlag(EngineCapabilities.Partitions))
            return [new PlannedSpace(space, QualifiedName(table), table, size.Rows, size.Bytes)];
        var all = table.Partitions.Count;
        var named = backup.Scope.Objects.FirstOrDefault(o => o.Id == table.Id)?.Partitions ?? [];
        return (named.Count > 0 ? named : table.Partitions).Select(name => new PlannedSpace(
            space with { Partition = name }, $"{QualifiedName(table)} partition {name}", table, size.Rows / all,
            size.Bytes / all));
    }

    /// <summary>
    /// A space enters in full unless it is proved that less suffices: page digests of the same database, or a change
    /// log that covers the window of a table whose shape did not change, or an equal fingerprint.
    /// </summary>
    private static ExportSpaceStep Export(
        PlannedSpace space, BackupManifest? parent, EngineCapabilities abilities, BoundBackup backup)
    {
        var before = parent?.Find(space.Space);
        var mode = before is null ? ExportMode.Full
            : space.Space is PageSpace ? ExportMode.ChangedPages
            : !SameShape(parent!, space.Table!) ? ExportMode.Full
            : abilities.HasFlag(EngineCapabilities.ChangeExport) ? ExportMode.Changes
            : ExportMode.IfChanged;
        return new ExportSpaceStep
        {
            Id = 0,
            Space = space.Space,
            Name = space.Name,
            Mode = mode,
            AllVersions = backup.RevisionHistory,
            EstimatedRows = space.Rows,
            EstimatedBytes = space.Bytes,
        };
    }

    private static bool SameShape(BackupManifest parent, TableDescriptor table) =>
        parent.Objects.OfType<TableDescriptor>()
            .FirstOrDefault(t => t.Id == table.Id && t.Database == table.Database) is { } before
        && before.Columns.SequenceEqual(table.Columns, ColumnShape.Instance)
        && before.PrimaryKey.SequenceEqual(table.PrimaryKey, StringComparer.Ordinal);

    private static string QualifiedName(TableDescriptor table) =>
        $"{table.Database}.{table.Schema ?? NameResolver.DefaultSchema}.{table.Name}";

    private sealed record PlannedSpace(Space Space, string Name, TableDescriptor? Table, long Rows, long Bytes);

    /// <summary>Columns that are encoded alike.</summary>
    private sealed class ColumnShape : IEqualityComparer<ColumnDescriptor>
    {
        public static ColumnShape Instance { get; } = new();

        public bool Equals(ColumnDescriptor? x, ColumnDescriptor? y) =>
            x?.Name == y?.Name && x?.Type == y?.Type && x?.EngineType == y?.EngineType;

        public int GetHashCode(ColumnDescriptor obj) => obj.Name.GetHashCode(StringComparison.Ordinal);
    }
}
