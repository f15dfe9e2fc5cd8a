using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>
/// What a RESTORE SNAPSHOT takes out of the snapshot and what becomes of it at the destination: tables that are there
/// get other rows, what is there else must be the same, the rest is made.
/// </summary>
internal sealed class SnapshotObjects
{
    private readonly SnapshotRestore _restore;
    private readonly RestorePoint _point;
    private readonly Destination _destination;
    private readonly IReadOnlyList<ObjectDescriptor> _all;
    private readonly List<ObjectRestore> _checks = [];
    private readonly List<ObjectDescriptor> _targets = [];

    public SnapshotObjects(SnapshotRestore restore, RestorePoint point, Destination destination)
    {
        (_restore, _point, _destination) = (restore, point, destination);
        Source = point.Manifest.Snapshot?.Database
            ?? point.Objects.OfType<DatabaseDescriptor>().First().Name;
        if (restore.Source is { } named && named != Source)
            throw Errors.DatabaseNotInSnapshot(named, restore.Label, Source);
        var wanted = restore.Destination ?? Source;
        Destination = destination.FindDatabase(wanted) ?? wanted;
        IsNewDatabase = !destination.HasDatabase(wanted);
        _all = [.. point.Objects.Where(o => o.Database == Source && o is not DatabaseDescriptor)];
    }

    /// <summary>The database in the snapshot.</summary>
    public string Source { get; }

    /// <summary>The database restored into.</summary>
    public string Destination { get; }

    /// <summary>True when the destination comes into being with the restore.</summary>
    public bool IsNewDatabase { get; }

    /// <summary>True when that and everything of the snapshot goes there under its own name.</summary>
    public bool IsWholeNewDatabase => IsNewDatabase && _restore.Targets.Count == 0;

    /// <summary>What is there and must have the shape of what is restored.</summary>
    public IReadOnlyList<ObjectRestore> Checks => _checks;

    /// <summary>Looks the names up.</summary>
    /// <exception cref="BackupSqlException">42P01, 42704 the snapshot does not hold something; 42710 two objects would
    /// have one name; 0A000 the engine cannot overwrite.</exception>
    public RestoreSelection Select()
    {
        var chosen = Choose();
        var scope = _restore.Targets.Count == 0
            ? new BackupScope { Databases = [Source] }
            : new BackupScope { Objects = [.. chosen.Keys.Select(o => new ScopedObject(Source, o.Id, o.Name))] };
        var selection = new RestoreSelection(
            SkipMissing.None, _destination.Comparer, _point.Manifest.EngineKind,
            needed => _destination.Has(needed with { Database = Destination }))
        {
            NothingCanBeSkipped = true,
        };
        foreach (var descriptor in scope.Select(Source, _all))
            Add(selection, descriptor, chosen.GetValueOrDefault(descriptor));
        return selection;
    }

    /// <summary>The objects named, each with what the statement says of it.</summary>
    private Dictionary<ObjectDescriptor, SnapshotTarget> Choose()
    {
        var chosen = new Dictionary<ObjectDescriptor, SnapshotTarget>(ReferenceEqualityComparer.Instance);
        foreach (var target in _restore.Targets)
        {
            var kind = KindOf(target);
            var ofKind = _all.Where(o => IsOfKind(o, kind)).ToList();
            var named = target.Name is null ? ofKind : ofKind.Where(o => o.Name == target.Name).ToList();
            if (target.Name is not null && named.Count == 0)
                throw Errors.NotInSnapshot(
                    WordOf(target.Kind), target.Name, _restore.Label, ofKind.Select(o => o.Name), PlaceOf(target));
            foreach (var o in named)
            {
                CheckPartitions(o, target);
                if (target.Name is not null || !chosen.ContainsKey(o))
                    chosen[o] = target; // "ALL TABLES" and a table with an alias: the alias holds
            }
        }

        return chosen;
    }

    /// <summary>A materialized view of an engine that has none was backed up as a view.</summary>
    private SnapshotTargetKind KindOf(SnapshotTarget target) =>
        target is { Kind: SnapshotTargetKind.MaterializedView, Name: not null }
            && !_all.Any(o => o is ViewDescriptor { Materialized: true })
            ? SnapshotTargetKind.View
            : target.Kind;

    private void CheckPartitions(ObjectDescriptor o, SnapshotTarget target)
    {
        if (target.Partitions.Count == 0)
            return;
        var there = o is TableDescriptor table ? _point.PartitionsOf(table) : [];
        foreach (var name in target.Partitions.Where(name => !there.Contains(name, StringComparer.Ordinal)))
            throw Errors.PartitionNotInSnapshot(name, o.Name, _restore.Label, there, PlaceOf(target));
    }

    private void Add(RestoreSelection selection, ObjectDescriptor source, SnapshotTarget? named)
    {
        var target = source with { Database = Destination, Name = named?.As ?? source.Name };
        switch (source)
        {
            case SchemaDescriptor:
                if (!_destination.Has(target))
                    selection.Add(source, target);
                break;
            case TableDescriptor or ViewDescriptor or SequenceDescriptor:
                if (_targets.Any(other => _destination.IsSamePlace(other, target)))
                    throw Errors.DuplicateName(target.Name, named is null ? default : PlaceOf(named));
                _targets.Add(target);
                AddRelation(selection, source, target, named);
                break;
            case TriggerDescriptor trigger when IsThere(trigger.TableId):
                break; // the triggers of a table that is there stay as they are
            default:
                if (_destination.FindSame(target) is { } same)
                    AddPresent(selection, source, same);
                else
                    selection.Add(source, target);
                break;
        }
    }

    private void AddRelation(
        RestoreSelection selection, ObjectDescriptor source, ObjectDescriptor target, SnapshotTarget? named)
    {
        switch (_destination.FindRelation(target))
        {
            case null:
                selection.Add(source, target);
                break;
            case TableDescriptor table when source is TableDescriptor:
                if (!_destination.Info.Capabilities.HasFlag(EngineCapabilities.ReplaceRows))
                    throw Errors.CannotReplace(_destination.Info.Kind, table.Name);
                AddPresent(selection, source, table, named?.Partitions ?? [], replaces: true);
                break;
            case { } there:
                AddPresent(selection, source, there);
                break;
        }
    }

    private void AddPresent(
        RestoreSelection selection, ObjectDescriptor source, ObjectDescriptor there,
        IReadOnlyList<string>? partitions = null, bool replaces = false)
    {
        var restore = new ObjectRestore(source, there with { Id = source.Id })
        {
            SourceEngine = _point.Manifest.EngineKind,
            Exists = true,
            ReplacesRows = replaces,
            Partitions = partitions ?? [],
        };
        _checks.Add(restore);
        selection.AddPresent(restore);
    }

    private bool IsThere(long tableId) => _checks.Any(check => check.Source.Id == tableId);

    private static bool IsOfKind(ObjectDescriptor o, SnapshotTargetKind kind) => kind switch
    {
        SnapshotTargetKind.Table => o is TableDescriptor,
        SnapshotTargetKind.MaterializedView => o is ViewDescriptor { Materialized: true },
        SnapshotTargetKind.View => o is ViewDescriptor { Materialized: false },
        _ => o is FunctionDescriptor,
    };

    private static string WordOf(SnapshotTargetKind kind) => kind switch
    {
        SnapshotTargetKind.Table => "table",
        SnapshotTargetKind.MaterializedView => "materialized view",
        SnapshotTargetKind.View => "view",
        _ => "function",
    };

    private static TextPlace PlaceOf(SnapshotTarget target) => new(target.Line, target.Column, 1);
}
