using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Rows;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The keys that changed, by relation, each with its newest row where the log has all of it. The others are looked up
/// in the snapshot: of some rows values are left out that lie out of line or are computed, and memory has a bound.
/// </summary>
internal sealed class KeyChanges : IChangeTarget, IDisposable
{
    private readonly Dictionary<uint, StreamedTable?> _relations = [];
    private readonly Dictionary<uint, ChangedKeys> _keys = [];
    private readonly Dictionary<uint, long?> _growth = [];
    private readonly RecordStore _records = new();
    private readonly KeyFields _oldKey = new();
    private readonly KeyFields _newKey = new();
    private readonly RecordFields _record = new();
    private readonly TupleFields _old = new();
    private readonly TupleFields _new = new();

    public void Describe(uint oid, StreamedTable? relation) => _relations[oid] = relation;

    public void Take(uint oid, HlcTimestamp time, RowChange change)
    {
        var keys = KeysIn(oid);
        _growth[oid] = GrowthOf(oid) + change.Kind switch
        {
            ChangeKind.Insert => 1,
            ChangeKind.Delete => -1,
            _ => 0,
        };
        _old.Read(change.Old);
        _new.Read(change.New);
        if (keys.IsLost || _relations.GetValueOrDefault(oid) is not { } relation || !TryTake(keys, relation, change))
            keys.Lose();
    }

    public void Truncate(uint oid)
    {
        KeysIn(oid).Lose();
        _growth[oid] = null;
    }

    /// <summary>How many rows of a relation came, less those that went; null when that is not known.</summary>
    public long? GrowthOf(uint oid) => _growth.GetValueOrDefault(oid, 0);

    /// <summary>Says that all has been read.</summary>
    public void Complete()
    {
        foreach (var (oid, keys) in _keys)
        {
            keys.Complete();
            if (_relations.GetValueOrDefault(oid) is { } relation && !relation.CanFindAll(keys))
                keys.Lose();
        }
    }

    /// <summary>The rows of a relation that changed, by the columns that tell them apart.</summary>
    /// <param name="oid">The oid of what holds the rows.</param>
    /// <param name="columns">The names of the columns that the keys are wanted in.</param>
    /// <returns>Null when not all of them are known.</returns>
    public IReadOnlyList<ChangedRow>? Of(uint oid, IEnumerable<string> columns)
    {
        if (!_keys.TryGetValue(oid, out var keys))
            return [];
        return !keys.IsLost && _relations.GetValueOrDefault(oid) is { } relation
            && relation.Table.KeyNames.SequenceEqual(columns, StringComparer.Ordinal) ? keys.Sorted : null;
    }

    public void Dispose()
    {
        _oldKey.Dispose();
        _newKey.Dispose();
        _record.Dispose();
    }

    private bool TryTake(ChangedKeys keys, StreamedTable relation, RowChange change)
    {
        var row = new LoggedRow(relation, change, _old, _new);
        if ((_old.Count > 0 && !TryWriteKey(_oldKey, row, isNew: false))
            || (_new.Count > 0 && !TryWriteKey(_newKey, row, isNew: true)))
            return false;
        if (_old.Count > 0)
            keys.Remove(_oldKey.Writer.Written);
        if (_new.Count > 0)
            keys.Set(_newKey.Writer.Written, Record(row, change));
        return true;
    }

    private static bool TryWriteKey(KeyFields key, LoggedRow row, bool isNew)
    {
        key.Writer.Reset();
        var table = row.Relation.Table;
        foreach (var ordinal in table.Key)
        {
            if (!row.TryGet(ordinal, isNew, out var field))
                return false;
            key.Write(table.Columns[ordinal].Form, table.Columns[ordinal].Element, field);
        }

        return true;
    }

    /// <summary>The row after the change; empty when not all of it is there.</summary>
    private ReadOnlySpan<byte> Record(LoggedRow row, RowChange change)
    {
        if (!row.Relation.TellsRows || !HasAll(row.Relation, change))
            return default;
        var columns = row.Relation.Table.Columns;
        _record.Writer.Reset();
        for (var column = 0; column < columns.Count; column++)
        {
            if (row.TryGet(column, isNew: true, out var field))
                _record.Write(columns[column].Form, columns[column].Element, field);
            else
                _record.Writer.WriteNull();
        }

        return _record.Writer.Finish();
    }

    private bool HasAll(StreamedTable relation, RowChange change)
    {
        foreach (var field in relation.Fields)
        {
            var kind = _new.Kind(field);
            if (kind == FieldKind.Unchanged && _old.Count > 0 && change.KnowsBefore)
                kind = _old.Kind(field);
            if (kind is not (FieldKind.Binary or FieldKind.Null))
                return false;
        }

        return true;
    }

    private ChangedKeys KeysIn(uint oid)
    {
        if (!_keys.TryGetValue(oid, out var keys))
            _keys.Add(oid, keys = new ChangedKeys(_records));
        return keys;
    }
}
