using System.Runtime.InteropServices;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The keys of one relation that changed, each with what the log says of its row; at some number it gives up, for
/// memory has a bound.
/// </summary>
/// <param name="records">Keeps the rows.</param>
internal sealed class ChangedKeys(RecordStore records)
{
    /// <summary>Some 50 MB at keys of one number. A table that changes more is read whole with less trouble.</summary>
    private const int Most = 500_000;

    private readonly Dictionary<ReadOnlyMemory<byte>, (RowFate Fate, ReadOnlyMemory<byte> Record)> _rows =
        new(KeyComparer.Instance);

    private ChangedRow[] _sorted = [];

    /// <summary>True when not all of the keys are known.</summary>
    public bool IsLost { get; private set; }

    /// <summary>When all has been added: the rows, keys ascending.</summary>
    public IReadOnlyList<ChangedRow> Sorted => _sorted;

    /// <summary>Says that something changed whose key is not known.</summary>
    public void Lose()
    {
        IsLost = true;
        _rows.Clear();
        _rows.TrimExcess();
        _sorted = [];
    }

    /// <summary>A row changed and kept its key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="record">The row as it is now; empty when not all of it is known.</param>
    public void Change(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record) =>
        Add(key, record.IsEmpty ? RowFate.Unsaid : RowFate.Told, record, keepsKey: true);

    /// <summary>A row came to a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="record">The row; empty when not all of it is known.</param>
    public void Come(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record) =>
        Add(key, record.IsEmpty ? RowFate.Unsaid : RowFate.Told, record, keepsKey: false);

    /// <summary>A row went, or took another key.</summary>
    public void Go(ReadOnlySpan<byte> key) => Add(key, RowFate.Gone, default, keepsKey: false);

    /// <summary>Says that all has been added.</summary>
    public void Complete()
    {
        _sorted = [.. _rows.Select(row => new ChangedRow(row.Key, row.Value.Fate, row.Value.Record))];
        Array.Sort(_sorted, static (one, other) => KeyComparer.Instance.Compare(one.Key, other.Key));
        _rows.Clear();
        _rows.TrimExcess();
    }

    /// <summary>The rows of several relations that are one table, keys ascending, each once: a row may have moved.</summary>
    public static IReadOnlyList<ChangedRow> Union(IEnumerable<IReadOnlyList<ChangedRow>> changed)
    {
        var all = new Dictionary<ReadOnlyMemory<byte>, ChangedRow>(KeyComparer.Instance);
        foreach (var row in changed.SelectMany(rows => rows))
            all[row.Key] = all.ContainsKey(row.Key) ? new ChangedRow(row.Key, RowFate.Unsaid, default) : row;
        ChangedRow[] sorted = [.. all.Values];
        Array.Sort(sorted, static (one, other) => KeyComparer.Instance.Compare(one.Key, other.Key));
        return sorted;
    }

    /// <summary>
    /// What was said before of a key counts no more than that it is to be looked up, where rows come to it and go: keys
    /// whose uniqueness is checked late may stand for two rows meanwhile, and nobody knows which one went.
    /// </summary>
    private void Add(ReadOnlySpan<byte> key, RowFate fate, ReadOnlySpan<byte> record, bool keepsKey)
    {
        if (IsLost)
            return;
        ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _rows.GetAlternateLookup<ReadOnlySpan<byte>>(), key, out var isKnown);
        var isSaid = fate != RowFate.Unsaid && (!isKnown || (keepsKey && row.Fate == RowFate.Told));
        var kept = default(ReadOnlyMemory<byte>);
        isSaid = isSaid && (fate == RowFate.Gone || records.TryAdd(record, out kept));
        row = (isSaid ? fate : RowFate.Unsaid, kept);
        if (!isKnown && _rows.Count > Most)
            Lose();
    }
}
