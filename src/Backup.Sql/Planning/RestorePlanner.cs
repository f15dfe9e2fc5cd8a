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
    public async Task<ExecutionPlan> PlanAsync(BoundRestore restore, CancellationToken cancellationToken)
    {
        ExecutionLocality.Require(restore.ExecutionLocality, context.Locality);
        var chain = await LoadChainAsync(restore, cancellationToken).ConfigureAwait(false);
        var point = RestorePoint.Choose(chain, restore.AsOf);
        CheckVersion(point.Manifest, restore);
        if (restore.Kind == RestoreTargetKind.SystemUsers)
        {
            return new ExecutionPlan
            {
                Kind = "RESTORE",
                Steps = new RestoreStepList(restore, chain, point).AddSystemUsers(),
                Notices = restore.Notices,
            };
        }

        var destinations = new Destinations(context.Engines, restore.Engine, restore.EngineGiven);
        var notices = new List<string>(restore.Notices);
        var regions = new RegionRules(restore, point);
        var contents = restore.Kind switch
        {
            RestoreTargetKind.Tables => await TablesAsync(
                restore, point, destinations, regions, notices, cancellationToken).ConfigureAwait(false),
            RestoreTargetKind.Snapshot => await SnapshotAsync(restore, point, notices, cancellationToken)
                .ConfigureAwait(false),
            RestoreTargetKind.Databases => await DatabasesAsync(
                restore, point, destinations, restore.Databases, regions, notices, cancellationToken)
                .ConfigureAwait(false),
            _ => await ClusterAsync(restore, point, destinations, regions, notices, cancellationToken)
                .ConfigureAwait(false),
        };
        notices.AddRange(regions.Notices);
        var steps = new RestoreStepList(restore, chain, point).Add(contents);
        return new ExecutionPlan
        {
            Kind = "RESTORE",
            Steps = steps,
            Notices = notices,
            Proves = ProvedLayer(point, steps),
        };
    }

    private async Task<Chain> LoadChainAsync(BoundRestore restore, CancellationToken cancellationToken)
    {
        if (restore.Locations.Count > 0)
        {
            var locations = await context.Collections
                .OpenLocationsAsync([restore.Collection, .. restore.Locations], restore.Keys, cancellationToken)
                    .ConfigureAwait(false);
            await using var closing = locations.ConfigureAwait(false);
            return locations.Chain;
        }

        var opened = await context.Collections
            .OpenAsync(restore.Collection, restore.IncrementalLocation, restore.Keys, cancellationToken)
            .ConfigureAwait(false);
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

    private async Task<IReadOnlyList<RestoreContents>> ClusterAsync(
        BoundRestore restore, RestorePoint point, Destinations destinations, RegionRules regions,
        List<string> notices, CancellationToken cancellationToken)
    {
        if (!point.Manifest.IsFullCluster)
            throw Errors.NotAClusterBackup();
        foreach (var origin in point.Manifest.Origins)
        {
            RequireRows(point, origin, origin.Databases.Count > 0 ? origin.Databases[0] : "");
            var destination = await destinations.ForAsync(origin, cancellationToken).ConfigureAwait(false);
            var present = destination.UserDatabases();
            if (present.Count > 0)
                throw Errors.ClusterNotEmpty(present);
        }

        return await DatabasesAsync(
            restore, point, destinations, point.Manifest.CompleteDatabases, regions, notices, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<RestoreContents>> DatabasesAsync(
        BoundRestore restore, RestorePoint point, Destinations destinations, IReadOnlyList<string> names,
        RegionRules regions, List<string> notices, CancellationToken cancellationToken)
    {
        var contents = new RestoreContentsByEngine();
        foreach (var name in names)
        {
            var (source, destination) = await FindAsync(point, destinations, name, cancellationToken)
                .ConfigureAwait(false);
            var target = restore.NewDatabaseName ?? source;
            var part = contents.Of(destination);
            part.Databases[source] = target;
            // An empty built-in database may be there already: what it held before goes into it.
            if (!(restore.Kind == RestoreTargetKind.Cluster && destination.IsBuiltIn(target)
                && destination.HasDatabase(target)))
            {
                if (destination.HasDatabase(target))
                    throw Errors.DatabaseExists(target);
                part.NewDatabases.Add(target);
            }

            var pages = point.Manifest.Find(new PageSpace(source));
            if (pages is not null && destination.Info.Kind == OriginOf(point, source).Kind && !restore.SchemaOnly)
                part.Pages.Add((new PageSpace(source), new PageSpace(target)));
            else
                AddObjects(restore, point, destination, source, target, part, regions, notices);
        }

        return contents.All;
    }

    /// <summary>Finds a database that was backed up whole, by its name as its engine compares names.</summary>
    private static async Task<(string Source, Destination Destination)> FindAsync(
        RestorePoint point, Destinations destinations, string name, CancellationToken cancellationToken)
    {
        foreach (var origin in point.Manifest.Origins)
        {
            var destination = await destinations.ForAsync(origin, cancellationToken).ConfigureAwait(false);
            if (origin.RestorePointOnly)
            {
                if (origin.Databases.FirstOrDefault(d => destination.Comparer.Equals(d, name)) is { } unread)
                    RequireRows(point, origin, unread);
                continue;
            }

            var source = point.Manifest.CompleteDatabases.FirstOrDefault(
                d => destination.Comparer.Equals(d, name) && OriginOf(point, d).ClusterId == origin.ClusterId);
            if (source is not null)
                return (source, destination);
        }

        throw Errors.DatabaseNotInBackup(name, point.Manifest.CompleteDatabases);
    }

    private static void RequireRows(RestorePoint point, EngineOrigin origin, string database)
    {
        if (origin.RestorePointOnly)
        {
            throw Errors.RestorePointOnly(
                database, origin.Name ?? origin.Kind, point.Manifest.End.ToDateTimeOffset());
        }
    }

    private static EngineOrigin OriginOf(RestorePoint point, string database) =>
        point.Manifest.OriginOf(database) ?? point.Manifest.Origins[0];

    private void AddObjects(
        BoundRestore restore, RestorePoint point, Destination destination, string source, string target,
        RestoreContents contents, RegionRules regions, List<string> notices)
    {
        var selection = new RestoreSelection(
            restore.Skip, destination.Comparer, OriginOf(point, source).Kind, _ => false);
        foreach (var descriptor in point.Objects.Where(o => o.Database == source))
        {
            // The database itself comes with what is set for it, but into one that is there already only its contents.
            if (descriptor is DatabaseDescriptor && !contents.NewDatabases.Contains(target, StringComparer.Ordinal))
                continue;
            var name = descriptor is DatabaseDescriptor ? target : descriptor.Name;
            selection.Add(
                descriptor,
                regions.Apply(descriptor with { Database = target, Name = name }, descriptor, destination));
        }

        AddSelected(restore, point, selection, contents, notices);
    }

    private async Task<IReadOnlyList<RestoreContents>> TablesAsync(
        BoundRestore restore, RestorePoint point, Destinations destinations, RegionRules regions,
        List<string> notices, CancellationToken cancellationToken)
    {
        var first = await destinations.ForAsync(point.Manifest.Origins[0], cancellationToken).ConfigureAwait(false);
        var backup = new DescriptorCatalog(point.Objects, new Dictionary<long, TableStatistics>());
        var databases = point.Objects.Select(o => o.Database).Distinct(StringComparer.Ordinal).ToList();
        var current = restore.CurrentDatabase ?? (databases.Count == 1 ? databases[0] : null);
        var names = new NameResolver(backup, first.Comparer, current);
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

        var contents = new RestoreContentsByEngine();
        foreach (var database in chosen.Values.GroupBy(c => c.Object.Database, StringComparer.Ordinal))
        {
            var destination = await destinations.ForAsync(OriginOf(point, database.Key), cancellationToken)
                .ConfigureAwait(false);
            AddTables(
                restore, point, destination, database.Key, database.ToList(), contents.Of(destination), regions,
                notices);
        }

        return contents.All;
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
        List<(ScopedObject Object, RestoreTable Named)> chosen, RestoreContents contents, RegionRules regions,
        List<string> notices)
    {
        var into = destination.FindDatabase(restore.IntoDatabase ?? database)
            ?? throw Errors.DestinationDatabaseMissing(restore.IntoDatabase ?? database, chosen[0].Object.Name);
        if (restore.IntoSchema is { } schema && !destination.HasSchema(into, schema))
            throw Errors.DestinationSchemaMissing(schema, into);
        var objects = point.Objects.Where(o => o.Database == database && o is not DatabaseDescriptor).ToList();
        var scope = new BackupScope { Objects = [.. chosen.Select(c => c.Object)] };
        var selection = new RestoreSelection(
            restore.Skip, destination.Comparer, OriginOf(point, database).Kind,
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

            selection.Add(descriptor, regions.Apply(target, descriptor, destination));
        }

        AddSelected(restore, point, selection, contents, notices, destination);
    }

    private static string? SchemaOf(BoundRestore restore, ObjectDescriptor descriptor) =>
        descriptor is SchemaDescriptor ? null : restore.IntoSchema ?? descriptor.Schema;

    private async Task<IReadOnlyList<RestoreContents>> SnapshotAsync(
        BoundRestore restore, RestorePoint point, List<string> notices, CancellationToken cancellationToken)
    {
        var engine = context.Engines[restore.Engine];
        var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var destination = await Destination.ReadAsync(restore.Engine, engine, catalog, cancellationToken)
            .ConfigureAwait(false);
        var contents = new RestoreContents(restore.Engine);
        var snapshot = new SnapshotObjects(restore.Snapshot!, point, destination);
        if (snapshot.IsNewDatabase)
            contents.NewDatabases.Add(snapshot.Destination);
        if (snapshot.IsWholeNewDatabase && destination.Info.Kind == point.Manifest.EngineKind
            && point.Manifest.Find(new PageSpace(snapshot.Source)) is not null)
        {
            contents.Pages.Add((new PageSpace(snapshot.Source), new PageSpace(snapshot.Destination)));
            return [contents];
        }

        var selection = snapshot.Select();
        contents.Checks.AddRange(snapshot.Checks);
        AddSelected(restore, point, selection, contents, notices, destination);
        return [contents];
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
            {
                point.RequireRows(table, part);
                contents.Tables.Add(new RestoredTable(table, restore.Target) { Partition = part });
            }
        }

        return parts.Count > 0;
    }

    private void AddSelected(
        BoundRestore restore, RestorePoint point, RestoreSelection selection, RestoreContents contents,
        List<string> notices,
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
            else
                point.RequireRows(table, partition: null);
            contents.Tables.Add(
                new RestoredTable(table, restore.VerifyOnly ? null : o.Target) { FromPages = fromPages });
        }

        notices.AddRange(selection.Notices);
        foreach (var origin in contents.Materialised.Select(database => OriginOf(point, database)))
        {
            if (!context.Engines.Values.Any(e => e is IPageSpaceReader && e.Info.Kind == origin.Kind))
                throw Errors.EngineMissing(origin.Kind, origin.Package ?? origin.Kind);
        }
    }
}
