using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning;

/// <summary>
/// Makes the steps of a restore. Of several engines everything is staged before the first is published, and they are
/// published one after the other.
/// </summary>
internal sealed class RestoreStepList(BoundRestore restore, Chain chain, RestorePoint point)
{
    private readonly StepList _steps = new();
    private readonly Func<string, long, TableFigures?> _figures = TableFigures.Index(point.Manifest.Statistics);

    public IReadOnlyList<PlanStep> Add(IReadOnlyList<RestoreContents> engines)
    {
        var open = _steps.Add(id => new OpenChainStep
        {
            Id = id,
            Collection = restore.Collection,
            Incrementals = restore.IncrementalLocation,
            Locations = restore.Locations,
            Subdirectory = chain.Subdirectory,
            Layers = [.. point.Layers.Select(layer => layer.Manifest.LayerId)],
            At = point.At,
        });
        IReadOnlyList<int> staged = [.. engines.Select(contents => Stage(contents, open))];
        _steps.Add(id => new PublishRestoreStep
        {
            Id = id,
            Engines = [.. engines.Select(contents => contents.Engine)],
            After = staged,
        });
        return _steps.ToList();
    }

    /// <summary>Adds all that is done in one engine before anybody can see it.</summary>
    private int Stage(RestoreContents contents, int open)
    {
        var begin = _steps.Add(id => new BeginRestoreStep
        {
            Id = id,
            Engine = contents.Engine,
            NewDatabases = contents.NewDatabases,
            SkipForeignKeyCheck = restore.SchemaOnly,
            PagesAsOf = contents.Pages.Count > 0 ? point.BeforeEnd : null,
            After = [open],
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
        foreach (var (table, target, fromPages) in contents.Tables)
        {
            int[] after = fromPages ? [create, materialised[table.Database]] : [create];
            ingests.Add(_steps.Add(
                id => IngestTable(id, contents.Engine, table, target, fromPages) with { After = after }));
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

    private IngestSpaceStep IngestTable(
        int id, string engine, TableDescriptor table, ObjectDescriptor? target, bool fromPages)
    {
        var size = _figures(table.Database, table.Id);
        return new IngestSpaceStep
        {
            Id = id,
            Engine = engine,
            Source = new TableSpace(table.Database, table.Id),
            FromPages = fromPages,
            Destination = target is null ? null : new TableSpace(target.Database, target.Id),
            Name = $"{table.Database}.{table.Schema ?? NameResolver.DefaultSchema}.{table.Name}",
            IndexEntries = size?.IndexEntries ?? 0,
            EstimatedRows = size?.Rows ?? 0,
            EstimatedBytes = fromPages ? size?.Bytes ?? 0 : BytesOf(new TableSpace(table.Database, table.Id)),
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
