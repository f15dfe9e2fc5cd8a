using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning;

/// <summary>
/// Plans RESTORE: finds the layers, looks the names up in the backup, applies the dependency rules and the rules of the
/// destination, and gives the steps.
/// </summary>
internal sealed class RestorePlanner(PlanningContext context)
{
    // The kinds of entries of the state store that a restore chooses by.
    private const string UserEntries = "user";
    private const string GrantEntries = "grant";

    public async Task<ExecutionPlan> PlanAsync(BoundRestore restore, CancellationToken cancellationToken)
    {
        var chain = await LoadChainAsync(restore, cancellationToken).ConfigureAwait(false);
        var point = RestorePoint.Choose(chain, restore.AsOf);
        CheckVersion(point.Manifest, restore);
        if (restore.Kind == RestoreTargetKind.SystemUsers)
            return SystemUsers(restore, chain, point);
        var engine = context.Engines[restore.Engine];
        var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var destination = await Destination.ReadAsync(engine, catalog, cancellationToken).ConfigureAwait(false);
        var notices = new List<string>(restore.Notices);
        var plan = restore.Kind switch
        {
            RestoreTargetKind.Tables => await TablesAsync(restore, point, destination, notices, cancellationToken)
                .ConfigureAwait(false),
            RestoreTargetKind.Snapshot => Snapshot(restore, point, destination, notices),
            RestoreTargetKind.Databases => Databases(restore, point, destination, restore.Databases, notices),
            _ => Cluster(restore, point, destination, notices),
        };
        var steps = Steps(restore, chain, point, plan);
        return new ExecutionPlan
        {
            Kind = "RESTORE", Steps = steps, Notices = notices, Proves = ProvedLayer(point, steps),
        };
    }

    /// <summary>Users and roles alone: no engine has a part in it.</summary>
    private static ExecutionPlan SystemUsers(BoundRestore restore, Chain chain, RestorePoint point)
    {
        if (!point.Manifest.IsFullCluster)
            throw Errors.NotAClusterBackup();
        var steps = new StepList();
        var open = steps.Add(id => OpenChain(id, restore, chain, point));
        var system = steps.Add(id => new RestoreSystemStep
        {
            Id = id,
            Kinds = [UserEntries],
            AllNames = true,
            EstimatedRows = point.Manifest.System.Count(entry => entry.Kind == UserEntries),
            After = [open],
        });
        steps.Add(id => new PublishRestoreStep { Id = id, After = [system] });
        return new ExecutionPlan { Kind = "RESTORE", Steps = steps.ToList(), Notices = restore.Notices };
    }

    /// <summary>
    /// What comes back beside databases and tables: with a cluster all that it kept, with GRANTS what users hold on the
    /// objects; null for nothing.
    /// </summary>
    private static RestoreSystemStep? SystemStep(int id, BoundRestore restore, RestorePoint point, RestoreContents contents)
    {
        var entries = point.Manifest.System;
        if (restore.Kind != RestoreTargetKind.Cluster)
            entries = restore.Grants ? [.. entries.Where(entry => entry.Kind == GrantEntries)] : [];
        if (entries.Count == 0 || restore.SchemaOnly)
            return null;
        return new RestoreSystemStep
        {
            Id = id,
            Kinds = [.. entries.Select(entry => entry.Kind).Distinct(StringComparer.Ordinal)],
            AllNames = restore.Kind == RestoreTargetKind.Cluster,
            Databases = contents.Databases,
            Tables = contents.Objects.Select(o => (Source: FullName(o.Source), Target: FullName(o.Target)))
                .DistinctBy(pair => pair.Source)
                .ToDictionary(pair => pair.Source, pair => pair.Target, StringComparer.Ordinal),
            EstimatedRows = entries.Count,
        };
    }

    private static string FullName(ObjectDescriptor o) =>
        $"{o.Database}.{o.Schema ?? NameResolver.DefaultSchema}.{o.Name}";

    private static OpenChainStep OpenChain(int id, BoundRestore restore, Chain chain, RestorePoint point) => new()
    {
        Id = id,
        Collection = restore.Collection,
        Incrementals = restore.IncrementalLocation,
        Locations = restore.Locations,
        Subdirectory = chain.Subdirectory,
        Layers = [.. point.Layers.Select(layer => layer.Manifest.LayerId)],
        At = point.At,
    };

    private async Task<Chain> LoadChainAsync(BoundRestore restore, CancellationToken cancellationToken)
    {
        if (restore.Locations.Count > 0)
        {
            var locations = await context.Collections
                .OpenLocationsAsync([restore.Collection, .. restore.Locations], cancellationToken)
                    .ConfigureAwait(false);
            await using var closing = locations.ConfigureAwait(false);
            return locations.Chain;
        }

        var opened = await context.Collections
            .OpenAsync(restore.Collection, restore.IncrementalLocation, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var collection = opened.Collection;
        if (restore is { WithIds: true, Subdirectory: { } id }
            && await collection.FindByIdAsync(id, cancellationToken).ConfigureAwait(false) is { } named)
            return named;
        var subdirectory = restore.Subdirectory
            ?? await collection.GetLatestAsync(cancellationToken).ConfigureAwait(false)
            ?? throw Errors.NoFullBackup();
        return await collection.LoadChainAsync(subdirectory, cancellationToken).ConfigureAwait(false);
    }

    private static string? ProvedLayer(RestorePoint point, IReadOnlyList<PlanStep> steps)
    {
        if (point.At != point.Manifest.End)
            return null;
        var read = steps.OfType<IngestSpaceStep>().Where(step => !step.FromPages).Select(step => step.Source)
            .Concat(steps.OfType<MaterialiseStep>().Select(step => step.Space)).ToHashSet();
        return point.Manifest.Spaces.All(space => read.Contains(space.Space)) ? point.Manifest.LayerId : null;
    }

    private static void CheckVersion(BackupManifest manifest, BoundRestore restore)
    {
        var ours = typeof(RestorePlanner).Assembly.GetName().Version!;
        if (!restore.AnyVersion && Version.TryParse(manifest.CreatedBy, out var theirs) && theirs > ours)
            throw Errors.NewerLibrary(manifest.CreatedBy);
    }

    private RestoreContents Cluster(BoundRestore restore, RestorePoint point, Destination destination, List<string> notices)
    {
        if (!point.Manifest.IsFullCluster)
            throw Errors.NotAClusterBackup();
        var present = destination.UserDatabases();
        return present.Count > 0
            ? throw Errors.ClusterNotEmpty(present)
            : Databases(restore, point, destination, point.Manifest.CompleteDatabases, notices);
    }

    private RestoreContents Databases(
        BoundRestore restore, RestorePoint point, Destination destination, IReadOnlyList<string> names,
        List<string> notices)
    {
        var contents = new RestoreContents();
        foreach (var name in names)
        {
            var source = point.Manifest.CompleteDatabases.FirstOrDefault(d => destination.Comparer.Equals(d, name))
                ?? throw Errors.DatabaseNotInBackup(name, point.Manifest.CompleteDatabases);
            var target = restore.NewDatabaseName ?? source;
            contents.Databases[source] = target;
            // An empty built-in database may be there already: what it held before goes into it.
            if (!(restore.Kind == RestoreTargetKind.Cluster && destination.IsBuiltIn(target)
                && destination.HasDatabase(target)))
            {
                if (destination.HasDatabase(target))
                    throw Errors.DatabaseExists(target);
                contents.NewDatabases.Add(target);
            }

            var pages = point.Manifest.Find(new PageSpace(source));
            if (pages is not null && destination.Info.Kind == point.Manifest.EngineKind && !restore.SchemaOnly)
                contents.Pages.Add((new PageSpace(source), new PageSpace(target)));
            else
                AddObjects(restore, point, destination, source, target, contents, notices);
        }

        return contents;
    }

    private void AddObjects(
        BoundRestore restore, RestorePoint point, Destination destination, string source, string target,
        RestoreContents contents, List<string> notices)
    {
        var selection = new RestoreSelection(restore.Skip, destination.Comparer, point.Manifest.EngineKind, _ => false);
        foreach (var descriptor in point.Objects.Where(o => o.Database == source && o is not DatabaseDescriptor))
            selection.Add(descriptor, descriptor with { Database = target });
        AddSelected(restore, point, selection, contents, notices);
    }

    private RestoreContents Snapshot(
        BoundRestore restore, RestorePoint point, Destination destination, List<string> notices)
    {
        var contents = new RestoreContents();
        var snapshot = new SnapshotObjects(restore.Snapshot!, point, destination);
        if (snapshot.IsWholeNewDatabase && destination.Info.Kind == point.Manifest.EngineKind
            && point.Manifest.Find(new PageSpace(snapshot.Source)) is not null)
        {
            contents.NewDatabases.Add(snapshot.Destination);
            contents.Pages.Add((new PageSpace(snapshot.Source), new PageSpace(snapshot.Destination)));
            return contents;
        }

        if (snapshot.IsNewDatabase)
            contents.NewDatabases.Add(snapshot.Destination);
        var selection = snapshot.Select();
        contents.Checks.AddRange(snapshot.Checks);
        AddSelected(restore, point, selection, contents, notices, destination);
        return contents;
    }

    private async Task<RestoreContents> TablesAsync(
        BoundRestore restore, RestorePoint point, Destination destination, List<string> notices,
        CancellationToken cancellationToken)
    {
        var backup = new DescriptorCatalog(point.Objects, new Dictionary<long, TableStatistics>());
        var databases = point.Objects.Select(o => o.Database).Distinct(StringComparer.Ordinal).ToList();
        var current = restore.CurrentDatabase ?? (databases.Count == 1 ? databases[0] : null);
        var names = new NameResolver(backup, destination.Comparer, current);
        var chosen = new Dictionary<(string, long), (ScopedObject Object, RestoreTable Named)>();
        foreach (var table in restore.Tables)
        {
            var place = new TextPlace(table.Line, table.Column, 1);
            var found = table.IsWildcard
                ? await names.ResolveWildcardAsync(table.Parts, place, cancellationToken).ConfigureAwait(false)
                : [await names.ResolveTableAsync(table.Parts, place, cancellationToken).ConfigureAwait(false)];
            foreach (var o in found)
                Choose(chosen, o, table, place);
        }

        var contents = new RestoreContents();
        foreach (var database in chosen.Values.GroupBy(c => c.Object.Database, StringComparer.Ordinal))
            AddTables(restore, point, destination, database.Key, database.ToList(), contents, notices);
        return contents;
    }

    /// <summary>
    /// A table may be named by itself beside a wildcard that finds it too; to name it twice makes no sense.
    /// </summary>
    private static void Choose(
        Dictionary<(string, long), (ScopedObject Object, RestoreTable Named)> chosen,
        ScopedObject found, RestoreTable named, TextPlace place)
    {
        var key = (found.Database, found.Id);
        if (!chosen.TryGetValue(key, out var before) || (before.Named.IsWildcard && !named.IsWildcard))
            chosen[key] = (found, named);
        else if (!named.IsWildcard && !before.Named.IsWildcard)
            throw Errors.DuplicateName(found.Name, place);
    }

    private void AddTables(
        BoundRestore restore, RestorePoint point, Destination destination, string database,
        List<(ScopedObject Object, RestoreTable Named)> chosen, RestoreContents contents, List<string> notices)
    {
        var into = destination.FindDatabase(restore.IntoDatabase ?? database)
            ?? throw Errors.DestinationDatabaseMissing(restore.IntoDatabase ?? database, chosen[0].Object.Name);
        if (restore.IntoSchema is { } schema && !destination.HasSchema(into, schema))
            throw Errors.DestinationSchemaMissing(schema, into);
        var objects = point.Objects.Where(o => o.Database == database && o is not DatabaseDescriptor).ToList();
        var scope = new BackupScope { Objects = [.. chosen.Select(c => c.Object)] };
        var selection = new RestoreSelection(
            restore.Skip, destination.Comparer, point.Manifest.EngineKind,
            needed => destination.Has(needed with { Database = into, Schema = SchemaOf(restore, needed) }));
        foreach (var descriptor in scope.Select(database, objects))
        {
            var alias = chosen.FirstOrDefault(c => c.Object.Id == descriptor.Id).Named?.As;
            var target =
                descriptor with { Database = into, Schema = SchemaOf(restore, descriptor),
                    Name = alias ?? descriptor.Name };
            if (descriptor is SchemaDescriptor
                && (restore.IntoSchema is not null || destination.Has(descriptor with { Database = into })))
                continue;
            if (descriptor is TableDescriptor or ViewDescriptor or SequenceDescriptor)
            {
                if (destination.HasRelation(target))
                    throw Errors.RelationExists(target.Name);
                if (contents.Relations.Any(other => destination.IsSamePlace(other, target)))
                    throw Errors.DuplicateName(target.Name, default);
                contents.Relations.Add(target);
            }

            selection.Add(descriptor, target);
        }

        AddSelected(restore, point, selection, contents, notices, destination);
    }

    private static string? SchemaOf(BoundRestore restore, ObjectDescriptor descriptor) =>
        descriptor is SchemaDescriptor ? null : restore.IntoSchema ?? descriptor.Schema;

    private void AddSelected(
        BoundRestore restore, RestorePoint point, RestoreSelection selection, RestoreContents contents, List<string> notices,
        Destination? destination = null)
    {
        foreach (var o in selection.Resolve(point.Objects))
        {
            contents.Objects.Add(
                destination is null || o.Exists ? o : o with { Exists = destination.SameTypeExists(o.Target) });
            if (o.Source is not TableDescriptor table || table.ExcludeData || (o.Exists && !o.ReplacesRows)
                || (restore.SchemaOnly && !restore.VerifyOnly))
                continue;
            if (AddPartitions(point, table, o, contents))
                continue;
            var fromPages = point.Manifest.Find(new TableSpace(table.Database, table.Id)) is null;
            if (fromPages && point.Manifest.Find(new PageSpace(table.Database)) is null)
                continue; // the table has no rows of its own: a virtual one
            if (fromPages)
                contents.Materialised.Add(table.Database);
            contents.Tables.Add(
                new RestoredTable(table, restore.VerifyOnly ? null : o.Target) { FromPages = fromPages });
        }

        notices.AddRange(selection.Notices);
        var readable = context.Engines.Values.Any(
            e => e is IPageSpaceReader && e.Info.Kind == point.Manifest.EngineKind);
        if (contents.Materialised.Count > 0 && !readable)
            throw Errors.EngineMissing(
                point.Manifest.EngineKind, point.Manifest.EnginePackage ?? point.Manifest.EngineKind);
    }

    /// <summary>
    /// Adds a table that was written partition by partition: all of them, or those that are to be restored.
    /// </summary>
    /// <returns>False when the table was written as a whole.</returns>
    private static bool AddPartitions(
        RestorePoint point, TableDescriptor table, ObjectRestore restore, RestoreContents contents)
    {
        var parts = point.PartitionsOf(table);
        foreach (var part in parts)
        {
            if (restore.Partitions.Count == 0 || restore.Partitions.Contains(part, StringComparer.Ordinal))
                contents.Tables.Add(new RestoredTable(table, restore.Target) { Partition = part });
        }

        return parts.Count > 0;
    }

    private static IReadOnlyList<PlanStep> Steps(
        BoundRestore restore, Chain chain, RestorePoint point, RestoreContents contents)
    {
        var steps = new StepList();
        var open = steps.Add(id => OpenChain(id, restore, chain, point));
        var check = contents.Checks.Count == 0
            ? open
            : steps.Add(id => new CheckDestinationStep
            {
                Id = id, Engine = restore.Engine, Objects = contents.Checks, After = [open],
            });
        var begin = steps.Add(id => new BeginRestoreStep
        {
            Id = id,
            Engine = restore.Engine,
            NewDatabases = contents.NewDatabases,
            SkipForeignKeyCheck = restore.SchemaOnly,
            PagesAsOf = contents.Pages.Count > 0 ? point.BeforeEnd : null,
            After = [check],
        });
        var create = contents.Objects.Count == 0
            ? begin
            : steps.Add(id => new CreateObjectsStep { Id = id, Objects = contents.Objects, After = [begin] });
        var figures = point.Manifest.Statistics.ToDictionary(s => s.TableId);
        var materialised = contents.Materialised.ToDictionary(
            database => database,
            database => steps.Add(id => new MaterialiseStep
            {
                Id = id,
                EngineKind = point.Manifest.EngineKind,
                Package = point.Manifest.EnginePackage ?? point.Manifest.EngineKind,
                Space = new PageSpace(database),
                AsOf = point.BeforeEnd,
                EstimatedBytes = BytesOf(point, new PageSpace(database)),
                After = [open],
            }),
            StringComparer.Ordinal);
        var ingests = new List<int>();
        foreach (var (source, target) in contents.Pages)
            ingests.Add(steps.Add(id => IngestPages(id, point, source, target, begin)));
        foreach (var table in contents.Tables)
        {
            var after = table.FromPages ? materialised[table.Source.Database] : create;
            ingests.Add(steps.Add(id => IngestTable(id, point, table, figures) with { After = after == create ? [create] : [create, after] }));
        }

        var complete = steps.Add(id => new CompleteRestoreStep { Id = id, After = [create, .. ingests] });
        if (SystemStep(0, restore, point, contents) is { } system)
            complete = steps.Add(id => system with { Id = id, After = [complete] });
        steps.Add(id => new PublishRestoreStep { Id = id, After = [complete] });
        return steps.ToList();
    }

    private static IngestSpaceStep IngestTable(
        int id, RestorePoint point, RestoredTable restored, Dictionary<long, TableFigures> figures)
    {
        var table = restored.Source;
        var space = new TableSpace(table.Database, table.Id) { Partition = restored.Partition };
        var size = figures.GetValueOrDefault(table.Id);
        var part = restored.Partition is null ? null : point.Manifest.Find(space);
        var name = $"{table.Database}.{table.Schema ?? NameResolver.DefaultSchema}.{table.Name}";
        return new IngestSpaceStep
        {
            Id = id,
            Source = space,
            FromPages = restored.FromPages,
            Destination = restored.Target is { } target ? new TableSpace(target.Database, target.Id) : null,
            Name = restored.Partition is null ? name : $"{name} partition {restored.Partition}",
            IndexEntries = part is null ? size?.IndexEntries ?? 0 : part.Rows * table.Indexes.Count,
            EstimatedRows = part?.Rows ?? size?.Rows ?? 0,
            EstimatedBytes = restored.FromPages ? size?.Bytes ?? 0 : BytesOf(point, space),
        };
    }

    private static IngestSpaceStep IngestPages(
        int id, RestorePoint point, PageSpace source, PageSpace target, int begin)
    {
        var tables = point.Manifest.Objects.OfType<TableDescriptor>()
            .Where(t => t.Database == source.Database).Select(t => t.Id).ToHashSet();
        var figures = point.Manifest.Statistics.Where(s => tables.Contains(s.TableId)).ToList();
        return new IngestSpaceStep
        {
            Id = id,
            Source = source,
            Destination = target,
            Name = source.Database,
            IndexEntries = figures.Sum(f => f.IndexEntries),
            EstimatedRows = figures.Sum(f => f.Rows),
            EstimatedBytes = BytesOf(point, source),
            After = [begin],
        };
    }

    private static long BytesOf(RestorePoint point, Space space)
    {
        var entry = point.Manifest.Find(space);
        if (space is PageSpace && entry is not null)
            return entry.Shape.PageCount * entry.Shape.PageSize;
        // Of a table, the layers down to the one that holds all of it.
        long bytes = 0;
        foreach (var layer in point.Layers.Reverse())
        {
            if (layer.Manifest.Find(space) is not { } part)
                break;
            bytes += part.RawBytes;
            if (part.Coverage == SpaceCoverage.Full)
                break;
        }

        return bytes;
    }
}
