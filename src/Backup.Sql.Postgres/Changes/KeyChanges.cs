using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Rows;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The keys that changed, by relation. They are looked up in the snapshot: a key that is told twice, or of which values
/// are left out because they lie out of line, gives the right row all the same.
/// </summary>
internal sealed class KeyChanges : IChangeTarget, IDisposable
{
    private readonly Dictionary<uint, StreamedTable?> _relations = [];
    private readonly Dictionary<uint, ChangedKeys> _keys = [];
    private readonly Dictionary<uint, long?> _growth = [];
    private readonly KeyFields _key = new();

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
        if (_relations.GetValueOrDefault(oid) is not { } relation
            || !TryAdd(keys, relation, change.Old) || !TryAdd(keys, relation, change.New))
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
            if (_relations.GetValueOrDefault(oid) is { } relation && !relation.CanFindAll(keys))
                keys.Lose();
        }
    }

    /// <summary>The keys of a relation that changed, in the columns that tell its rows apart.</summary>
    /// <param name="oid">The oid of what holds the rows.</param>
    /// <param name="columns">The names of the columns that the keys are wanted in.</param>
    /// <returns>Null when not all of them are known.</returns>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Of(uint oid, IEnumerable<string> columns)
    {
        if (!_keys.TryGetValue(oid, out var keys))
            return [];
        return !keys.IsLost && _relations.GetValueOrDefault(oid) is { } relation
            && relation.Table.KeyNames.SequenceEqual(columns, StringComparer.Ordinal) ? keys.Sorted : null;
    }

    public void Dispose() => _key.Dispose();

    private bool TryAdd(ChangedKeys keys, StreamedTable relation, ReadOnlySpan<byte> tuple)
    {
        if (tuple.IsEmpty)
            return true;
        _key.Writer.Reset();
        for (var i = 0; i < relation.KeyFields.Count; i++)
        {
            var column = relation.Table.Columns[relation.Table.Key[i]];
            if (!MessageReader.TryFindField(tuple, relation.KeyFields[i], out var field))
                return false;
            _key.Write(column.Form, column.Element, field);
        }

        keys.Add(_key.Writer.Written);
        return true;
    }

    private ChangedKeys KeysIn(uint oid)
    {
        if (!_keys.TryGetValue(oid, out var keys))
            _keys.Add(oid, keys = new ChangedKeys());
        return keys;
    }
}
