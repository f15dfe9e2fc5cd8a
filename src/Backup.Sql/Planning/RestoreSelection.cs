using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>
/// Applies the dependency rules to what is restored table by table or into a new database: what an object needs must be
/// restored with it or be there already, or the statement must allow to do without.
/// </summary>
internal sealed class RestoreSelection(
    SkipMissing skip, StringComparer comparer, string sourceEngine, Func<ObjectDescriptor, bool> existsAtDestination)
{
    private readonly Dictionary<long, ObjectDescriptor> _targets = [];
    private readonly List<ObjectDescriptor> _order = [];
    private readonly List<string> _notices = [];
    private readonly Dictionary<long, ObjectRestore> _present = [];

    /// <summary>
    /// True where the statement has no way to do without what is missing, so that no hint may name one. Default: false.
    /// </summary>
    public bool NothingCanBeSkipped { get; init; }

    /// <summary>What was left out, as sentences.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>Adds an object; <paramref name="target"/> has the names that it will get.</summary>
    public void Add(ObjectDescriptor source, ObjectDescriptor target)
    {
        if (_targets.TryAdd(source.Id, target))
            _order.Add(source);
    }

    /// <summary>Adds an object that is there already: what refers to it means that one.</summary>
    public void AddPresent(ObjectRestore restore)
    {
        Add(restore.Source, restore.Target);
        _present.TryAdd(restore.Source.Id, restore);
    }

    public bool Contains(long id) => _targets.ContainsKey(id);

    /// <summary>Checks all rules and gives the objects in the order in which they are made.</summary>
    /// <param name="backup">Every object of the backup, to name what is missing.</param>
    public IReadOnlyList<ObjectRestore> Resolve(IReadOnlyList<ObjectDescriptor> backup)
    {
        var known = backup.ToDictionary(o => (o.Database, o.Id));
        var restores = new List<ObjectRestore>();
        foreach (var source in _order)
        {
            if (_present.TryGetValue(source.Id, out var present))
            {
                restores.Add(present with { SourceEngine = sourceEngine });
                continue;
            }

            var target = source switch
            {
                TableDescriptor table => Table(table, (TableDescriptor)_targets[table.Id], known),
                SequenceDescriptor sequence => Sequence(sequence, (SequenceDescriptor)_targets[sequence.Id], known),
                ViewDescriptor view => View(view, known) ? _targets[view.Id] : null,
                TriggerDescriptor trigger => _targets.ContainsKey(trigger.TableId) ? _targets[trigger.Id] : null,
                _ => _targets[source.Id],
            };
            if (target is null)
                _targets.Remove(source.Id); // so that views over a view that was left out go too
            else
                restores.Add(new ObjectRestore(source, target) { SourceEngine = sourceEngine });
        }

        return restores;
    }

    private TableDescriptor Table(
        TableDescriptor source, TableDescriptor target, Dictionary<(string, long), ObjectDescriptor> known)
    {
        foreach (var id in source.DependsOn)
        {
            if (Missing(source, id, known) is TypeDescriptor type)
                throw Errors.MissingDependency("table", source.Name, "type", type.Name, null);
        }

        var owned = known.Values.OfType<SequenceDescriptor>().FirstOrDefault(
            s => s.OwnerTable == source.Id && s.Database == source.Database && !Present(s));
        if (owned is not null && !skip.HasFlag(SkipMissing.SequenceOwners) && !skip.HasFlag(SkipMissing.Sequences))
            throw Errors.MissingDependency(
                "table", source.Name, "sequence", owned.Name, OptionOf("skip_missing_sequence_owners"));
        return target with
        {
            ForeignKeys =
                [.. source.ForeignKeys.Select(key => ForeignKey(source, target, key)).OfType<ForeignKeyDescriptor>()],
            Columns = [.. target.Columns.Select(column => Column(source, column, known))],
        };
    }

    private ForeignKeyDescriptor? ForeignKey(TableDescriptor source, TableDescriptor target, ForeignKeyDescriptor key)
    {
        var schema = key.ReferencedSchema ?? source.Schema;
        var restored = _order.FirstOrDefault(o => o is TableDescriptor && o.Database == source.Database
            && comparer.Equals(o.Schema, schema) && comparer.Equals(o.Name, key.ReferencedTable));
        if (restored is not null)
        {
            var renamed = _targets[restored.Id];
            return key with
            {
                ReferencedTable = comparer.Equals(renamed.Name, key.ReferencedTable) ? key.ReferencedTable
                    : renamed.Name,
                ReferencedSchema = key.ReferencedSchema is null ? null : renamed.Schema,
            };
        }

        var atDestination = target with { Id = 0, Schema = schema, Name = key.ReferencedTable };
        if (existsAtDestination(atDestination))
            return key;
        if (!skip.HasFlag(SkipMissing.ForeignKeys))
            throw Errors.MissingDependency(
                "table", source.Name, "table", key.ReferencedTable, OptionOf("skip_missing_foreign_keys"));
        _notices.Add($"foreign key {key.Name} of {source.Name} was left out: there is no table {key.ReferencedTable}");
        return null;
    }

    private ColumnDescriptor Column(
        TableDescriptor table, ColumnDescriptor column, Dictionary<(string, long), ObjectDescriptor> known)
    {
        foreach (var id in column.DefaultDependsOn)
        {
            var missing = Missing(table, id, known);
            var (kind, option, flag) = missing is FunctionDescriptor
                ? ("function", "skip_missing_udfs", SkipMissing.Functions)
                : ("sequence", "skip_missing_sequences", SkipMissing.Sequences);
            if (missing is null)
                continue;
            if (!skip.HasFlag(flag))
                throw Errors.MissingDependency("table", table.Name, kind, missing.Name, OptionOf(option));
            _notices.Add($"the default of {table.Name}.{column.Name} was left out: there is no {kind} {missing.Name}");
            return column with { Default = null, DefaultDependsOn = [] };
        }

        return column;
    }

    private SequenceDescriptor Sequence(
        SequenceDescriptor source, SequenceDescriptor target, Dictionary<(string, long), ObjectDescriptor> known)
    {
        if (source.OwnerTable is not { } owner || Missing(source, owner, known) is not { } table)
            return target;
        if (!skip.HasFlag(SkipMissing.SequenceOwners))
            throw Errors.MissingDependency(
                "sequence", source.Name, "table", table.Name, OptionOf("skip_missing_sequence_owners"));
        return target with { OwnerTable = null, OwnerColumn = null };
    }

    private bool View(ViewDescriptor view, Dictionary<(string, long), ObjectDescriptor> known)
    {
        foreach (var id in view.DependsOn)
        {
            if (Missing(view, id, known) is not { } missing)
                continue;
            if (!skip.HasFlag(SkipMissing.Views))
                throw Errors.MissingDependency(
                    "view", view.Name, "table", missing.Name, OptionOf("skip_missing_views"));
            _notices.Add($"view {view.Name} was left out: there is no {missing.Name}");
            return false;
        }

        return true;
    }

    /// <summary>
    /// The object of that id if it is neither restored nor there already; null when nothing is missing.
    /// </summary>
    private ObjectDescriptor? Missing(
        ObjectDescriptor user, long id, Dictionary<(string, long), ObjectDescriptor> known) =>
        known.TryGetValue((user.Database, id), out var needed) && !Present(needed) ? needed : null;

    private string? OptionOf(string option) => NothingCanBeSkipped ? null : option;

    private bool Present(ObjectDescriptor needed) => _targets.ContainsKey(needed.Id) || existsAtDestination(needed);
}
