using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning;

/// <summary>
/// Makes the steps of a restore. Of several engines everything is staged before the first is published, and they are
/// published one after the other.
/// </summary>
internal sealed class RestoreStepList(BoundRestore restore, Chain chain, RestorePoint point)
{
    // The kinds of entries of the state store that a restore chooses by.
    private const string UserEntries = "user";
    private const string GrantEntries = "grant";

    private readonly StepList _steps = new();
    private readonly Func<string, long, TableFigures?> _figures = TableFigures.Index(point.Manifest.Statistics);

    public IReadOnlyList<PlanStep> Add(IReadOnlyList<RestoreContents> engines)
    {
        var open = AddOpenChain();
        IReadOnlyList<int> staged = [.. engines.Select(contents => Stage(contents, open))];
        if (SystemStep(engines) is { } system)
            staged = [_steps.Add(id => system with { Id = id, After = staged })];
        _steps.Add(id => new PublishRestoreStep
        {
            Id = id,
            Engines = [.. engines.Select(contents => contents.Engine)],
            After = staged,
        });
        return _steps.ToList();
    }

    /// <summary>Users and roles alone: no engine has a part in it.</summary>
    public IReadOnlyList<PlanStep> AddSystemUsers()
    {
        if (!point.Manifest.IsFullCluster)
            throw Errors.NotAClusterBackup();
        var open = AddOpenChain();
        var system = _steps.Add(id => new RestoreSystemStep
        {
            Id = id,
            Kinds = [UserEntries],
            AllNames = true,
            EstimatedRows = (point.Manifest.System ?? []).Count(entry => entry.Kind == UserEntries),
            After = [open],
        });
        _steps.Add(id => new PublishRestoreStep { Id = id, Engines = [], After = [system] });
        return _steps.ToList();
    }

    private int AddOpenChain() => _steps.Add(id => new OpenChainStep
    {
        Id = id,
        Collection = restore.Collection,
        Incrementals = restore.IncrementalLocation,
        Locations = restore.Locations,
        Keys = restore.Keys,
        Subdirectory = chain.Subdirectory,
        Layers = [.. point.Layers.Select(layer => layer.Manifest.LayerId)],
        At = point.At,
    });

    /// <summary>
    /// What comes back beside databases and tables: with a cluster all that it kept, with GRANTS what users hold on the
    /// objects; null for nothing.
    /// </summary>
    private RestoreSystemStep? SystemStep(IReadOnlyList<RestoreContents> engines)
    {
        var entries = point.Manifest.System ?? [];
        if (restore.Kind != RestoreTargetKind.Cluster)
            entries = restore.Grants ? [.. entries.Where(entry => entry.Kind == GrantEntries)] : [];
        if (entries.Count == 0 || restore.SchemaOnly)
            return null;
        return new RestoreSystemStep
        {
            Id = 0,
            Kinds = [.. entries.Select(entry => entry.Kind).Distinct(StringComparer.Ordinal)],
            AllNames = restore.Kind == RestoreTargetKind.Cluster,
            Databases = engines.SelectMany(contents => contents.Databases)
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
            Tables = engines.SelectMany(contents => contents.Objects.Where(o => o.Source is not DatabaseDescriptor))
                .Select(o => (Source: FullName(o.Source), Target: FullName(o.Target)))
                .DistinctBy(pair => pair.Source)
                .ToDictionary(pair => pair.Source, pair => pair.Target, StringComparer.Ordinal),
            EstimatedRows = entries.Count,
        };
    }

    private static string FullName(ObjectDescriptor o) =>
        $"{o.Database}.{o.Schema ?? NameResolver.DefaultSchema}.{o.Name}";

    /// <summary>Adds all that is done in one engine before anybody can see it.</summary>
    private int Stage(RestoreContents contents, int open)
    {
        var check = contents.Checks.Count == 0
            ? open
            : _steps.Add(id => new CheckDestinationStep
            {
                Id = id, Engine = contents.Engine, Objects = contents.Checks, After = [open],
            });
        var begin = _steps.Add(id => new BeginRestoreStep
        {
            Id = id,
            Engine = contents.Engine,
            NewDatabases = contents.NewDatabases,
            SkipForeignKeyCheck = restore.SchemaOnly,
            PagesAsOf = contents.Pages.Count > 0 ? point.BeforeEnd : null,
            After = [check],
        });
        var create = contents.Objects.Count == 0
            ? begin
            : _steps.Add(id => new CreateObjectsStep
            {
                Id = id,
                Engine = contents.Engine,
                Objects = contents.Objects,
                After = [begin],
            });
        var materialised = contents.Materialised.ToDictionary(
            database => database, database => Materialise(database, open), StringComparer.Ordinal);
        var ingests = new List<int>();
        foreach (var (source, target) in contents.Pages)
            ingests.Add(_steps.Add(id => IngestPages(id, contents.Engine, source, target, begin)));
        foreach (var table in contents.Tables)
        {
            int[] after = table.FromPages ? [create, materialised[table.Source.Database]] : [create];
            ingests.Add(_steps.Add(id => IngestTable(id, contents.Engine, table) with { After = after }));
        }

        return _steps.Add(id => new CompleteRestoreStep
        {
            Id = id,
            Engine = contents.Engine,
            After = [create, .. ingests],
        });
    }

    private int Materialise(string database, int open)
    {
        var origin = point.Manifest.OriginOf(database)!;
        return _steps.Add(id => new MaterialiseStep
        {
            Id = id,
            EngineKind = origin.Kind,
            Package = origin.Package ?? origin.Kind,
            Space = new PageSpace(database),
            AsOf = point.BeforeEnd,
            EstimatedBytes = BytesOf(new PageSpace(database)),
            After = [open],
        });
    }

    private IngestSpaceStep IngestTable(int id, string engine, RestoredTable restored)
    {
        var table = restored.Source;
        var space = new TableSpace(table.Database, table.Id) { Partition = restored.Partition };
        var size = _figures(table.Database, table.Id);
        var part = restored.Partition is null ? null : point.Manifest.Find(space);
        var name = $"{table.Database}.{table.Schema ?? NameResolver.DefaultSchema}.{table.Name}";
        return new IngestSpaceStep
        {
            Id = id,
            Engine = engine,
            Source = space,
            FromPages = restored.FromPages,
            Destination = restored.Target is { } target ? new TableSpace(target.Database, target.Id) : null,
            Name = restored.Partition is null ? name : $"{name} partition {restored.Partition}",
            IndexEntries = part is null ? size?.IndexEntries ?? 0 : part.Rows * table.Indexes.Count,
            EstimatedRows = part?.Rows ?? size?.Rows ?? 0,
            EstimatedBytes = restored.FromPages ? size?.Bytes ?? 0 : BytesOf(space),
        };
    }

    private IngestSpaceStep IngestPages(int id, string engine, PageSpace source, PageSpace target, int begin)
    {
        var figures = point.Manifest.Objects.OfType<TableDescriptor>()
            .Where(table => table.Database == source.Database)
            .Select(table => _figures(table.Database, table.Id)).OfType<TableFigures>().ToList();
        return new IngestSpaceStep
        {
            Id = id,
            Engine = engine,
            Source = source,
            Destination = target,
            Name = source.Database,
            IndexEntries = figures.Sum(f => f.IndexEntries),
            EstimatedRows = figures.Sum(f => f.Rows),
            EstimatedBytes = BytesOf(source),
            After = [begin],
        };
    }

    private long BytesOf(Space space)
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
