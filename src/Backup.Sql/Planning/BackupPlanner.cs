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
        ExecutionLocality.Require(backup.ExecutionLocality, context.Locality);
        _ = context.Collections.Codecs.Choose(
            backup.Compression, backup.CompressionLevel); // refuses what it cannot write
        var target = await new BackupTarget(context, backup).ResolveAsync(cancellationToken).ConfigureAwait(false);
        var parent = target.Chain?.Newest.Manifest;
        var sources = backup.Sources();
        if (target.Chain is not null)
            ChainRules.CheckAppend(target.Chain, [.. sources.Select(s => (s, InfoOf(s)))], backup);

        var steps = new StepList();
        var abilities = await AbilitiesAsync(sources, cancellationToken).ConfigureAwait(false);
        var begun = Begin(steps, backup, sources, abilities, parent?.End);
        var copied = sources.Any(source => IsCopied(source, backup));
        if (begun.Pause != 0 && !copied)
            begun = begun with { Ready = [AddResume(steps, begun.Ready)] };
        var layer = steps.Add(id => target.Begin(backup) with { Id = id, After = begun.Ready });
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
        var exports = new List<int>();
        foreach (var source in sources.Where(source => !IsRestorePointOnly(source, backup)))
        {
            var spaces = await SpacesAsync(
                context.Engines[source.Engine], source.Scope, backup, parent?.End, estimate, cancellationToken)
                .ConfigureAwait(false);
            exports.AddRange(spaces.Select(space => steps.Add(
                id => Export(space, parent, abilities[source.Engine], backup) with { Id = id, After = [ready] })));
        }

        List<int> written = exports.Count > 0 ? exports : [ready];
        if (copied)
            written = [AddResume(steps, written)];
        var manifest = steps.Add(id => new WriteManifestStep
        {
            Id = id,
            After = written,
            Scope = backup.Scope,
            Statement = backup.MaskedText,
            RevisionHistory = backup.RevisionHistory,
            UpdatesMetric = backup.UpdatesMetric,
            Snapshot = backup.Snapshot is { } mark ? new SnapshotMark(mark.Label, mark.Database) : null,
            Ttl = backup.Snapshot?.Ttl,
            Name = backup.Name,
            Labels = backup.Labels,
        });
        if (target.Chain is null && !target.AtLocation && target.Subdirectory is null && backup.Snapshot is null)
            steps.Add(id => new PublishLatestStep { Id = id, After = [manifest] });
        foreach (var engine in begun.Held)
        {
            steps.Add(id => new ReleaseStep
            {
                Id = id,
                Engine = engine,
                HandTo = backup.HandsHoldTo,
                After = [manifest],
            });
        }

        return new ExecutionPlan
        {
            Kind = "BACKUP",
            Steps = steps.ToList(),
            Notices = backup.Notices,
            Consistency = ConsistencyReason.Of(backup, sources, InfoOf),
        };
    }

    /// <summary>What can be done with all the databases that are taken from each engine.</summary>
    private async Task<IReadOnlyDictionary<string, EngineCapabilities>> AbilitiesAsync(
        IReadOnlyList<BackupSource> sources, CancellationToken cancellationToken)
    {
        var abilities = new Dictionary<string, EngineCapabilities>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            abilities[source.Engine] = await DatabaseAbilities
                .OfAsync(context.Engines[source.Engine], source.Scope.AllDatabases(), cancellationToken)
                .ConfigureAwait(false);
        }

        return abilities;
    }

    private EngineInfo InfoOf(BackupSource source) => context.Engines[source.Engine].Info;

    /// <summary>True for a store that is read to its end inside the pause.</summary>
    private bool IsCopied(BackupSource source, BoundBackup backup) =>
        InfoOf(source).Capabilities.HasFlag(EngineCapabilities.NonTransactional)
        && !IsRestorePointOnly(source, backup);

    private bool IsRestorePointOnly(BackupSource source, BoundBackup backup) =>
        backup.Pause is not null && context.PauseControllers[source.Engine].RestorePointOnly;

    private static int AddResume(StepList steps, IReadOnlyList<int> after) =>
        steps.Add(id => new ResumeStep { Id = id, After = after });

    /// <summary>Holds history, pauses where that is asked for, and opens a snapshot of each engine.</summary>
    private Begun Begin(
        StepList steps, BoundBackup backup, IReadOnlyList<BackupSource> sources,
        IReadOnlyDictionary<string, EngineCapabilities> abilities, HlcTimestamp? parentEnd)
    {
        var protects = new List<int>();
        var held = new List<string>();
        foreach (var source in sources.Where(s => abilities[s.Engine].HasFlag(EngineCapabilities.RetentionHolds)))
        {
            held.Add(source.Engine);
            protects.Add(steps.Add(id => new ProtectStep
            {
                Id = id,
                Engine = source.Engine,
                From = parentEnd ?? (backup.RevisionHistory ? null : backup.AsOf),
                AllHistory = backup.RevisionHistory,
                MayBeGone = context.Engines[source.Engine] is IDatabaseAbilities,
            }));
        }

        var pause = backup.Pause is not { } wanted ? 0 : steps.Add(id => new PauseStep
        {
            Id = id,
            Engines = [.. sources.Select(source => source.Engine)],
            Hold = wanted.Hold,
            Wait = wanted.Wait,
            IsCopied = sources.Any(source => IsCopied(source, backup)),
            After = protects,
        });
        var snapshots = sources.Select(source => steps.Add(id => new OpenSnapshotStep
        {
            Id = id,
            Engine = source.Engine,
            Databases = source.Scope.AllDatabases(),
            AsOf = backup.AsOf,
            RestorePointOnly = IsRestorePointOnly(source, backup),
            After = pause == 0 ? protects : [pause],
        })).ToList();
        return new Begun(pause, snapshots, held);
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

    private static async Task<IReadOnlyList<PlannedSpace>> SpacesAsync(
        IDatabaseEngine engine, BackupScope scope, BoundBackup backup, HlcTimestamp? parentEnd, bool estimate,
        CancellationToken cancellationToken)
    {
        var end = backup.AsOf ?? await engine.GetCurrentTimeAsync(cancellationToken).ConfigureAwait(false);
        var catalog = await engine.OpenCatalogAsync(backup.AsOf, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var pages = engine.Info.Capabilities.HasFlag(EngineCapabilities.PageSpaces);
        var spaces = new List<PlannedSpace>();
        foreach (var database in scope.AllDatabases())
        {
            var objects = scope.Select(
                database, await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false));
            var tables = new List<PlannedSpace>();
            foreach (var table in objects.OfType<TableDescriptor>().Where(t => !t.ExcludeData))
            {
                var size = estimate
                    ? await catalog.GetStatisticsAsync(table, null, cancellationToken).ConfigureAwait(false)
                    : default;
                tables.AddRange(SpacesOf(table, backup, engine.Info, size));
            }

            if (backup.RevisionHistory)
            {
                var dropped = await DroppedTables.FindAsync(
                    engine, scope, database, parentEnd, end, objects.Select(o => o.Id).ToHashSet(),
                    cancellationToken)
                    .ConfigureAwait(false);
                tables.AddRange(dropped.Select(
                    table => new PlannedSpace(new TableSpace(database, table.Id), QualifiedName(table), table, 0, 0)));
            }

            // Pages hold the rows of all tables: where some are to stay out, the others go one by one.
            if (pages && scope.Databases.Contains(database, StringComparer.Ordinal)
                && !objects.OfType<TableDescriptor>().Any(table => table.ExcludeData))
                spaces.Add(new PlannedSpace(
                    new PageSpace(database), database, null, tables.Sum(t => t.Rows), tables.Sum(t => t.Bytes)));
            else
                spaces.AddRange(tables);
        }

        return spaces;
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
            AllVersions = backup.RevisionHistory && space.Table is not { KeepsNoHistory: true },
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

    /// <summary>The steps before the layer.</summary>
    /// <param name="Pause">The step that pauses; 0 for none.</param>
    /// <param name="Ready">The steps after which the layer can begin.</param>
    /// <param name="Held">Engines whose history is held.</param>
    private sealed record Begun(int Pause, IReadOnlyList<int> Ready, IReadOnlyList<string> Held);

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
