using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// A transaction on a <see cref="MemoryEngine"/>: it sees one point in time and its own writes, and makes all of them
/// visible at once. Of two that change the same row, the second to commit fails with 40001 (transient). Disposing it
/// uncommitted undoes it. Not for concurrent use.
/// </summary>
public sealed class MemoryTransaction : IDisposable
{
    private readonly MemoryStore _store;
    private readonly MemoryStore.Pin _pin;
    private readonly Dictionary<long, SortedDictionary<byte[], byte[]?>> _writes = [];
    private bool _ended;

    internal MemoryTransaction(MemoryStore store)
    {
        _store = store;
        lock (store.Gate)
            _pin = store.PinAt(store.Clock.Now());
    }

    /// <summary>The time that the transaction sees.</summary>
    public HlcTimestamp ReadTime => _pin.Time;

    /// <summary>Adds a row.</summary>
    /// <param name="table">The table.</param>
    /// <param name="values">A value for each column: see <see cref="MemoryEngine"/> for the types.</param>
    /// <returns>The row's number in a table without a primary key; else 0.</returns>
    /// <exception cref="BackupSqlException">
    /// 23505 there is such a row; 23502 NULL where none may be; 22023 a value does not fit its column.
    /// </exception>
    public long Insert(TableDescriptor table, params IReadOnlyList<object?> values)
    {
        var record = Encode(table, values);
        if (table.PrimaryKey.Count == 0)
        {
            long rowId;
            lock (_store.Gate)
                rowId = _store.GetTable(table.Id).Table.NextRowId();
            Write(table, RowRules.KeyOf(rowId), record);
            return rowId;
        }

        var key = RowRules.KeyOf(table, record);
        if (Find(table, key) is not null)
            throw MemoryErrors.DuplicateKey(table, string.Join(", ", table.PrimaryKey));
        Write(table, key, record);
        return 0;
    }

    /// <summary>Replaces a row; its key may change.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">The primary key's values, or the row's number.</param>
    /// <param name="values">The new values of all columns.</param>
    /// <returns>False when there is no such row.</returns>
    /// <exception cref="BackupSqlException">As <see cref="Insert"/>.</exception>
    public bool Update(TableDescriptor table, IReadOnlyList<object?> key, IReadOnlyList<object?> values)
    {
        var oldKey = RowRules.KeyOf(table, key);
        if (Find(table, oldKey) is null)
            return false;
        var record = Encode(table, values);
        var newKey = table.PrimaryKey.Count == 0 ? oldKey : RowRules.KeyOf(table, record);
        if (!newKey.AsSpan().SequenceEqual(oldKey))
        {
            if (Find(table, newKey) is not null)
                throw MemoryErrors.DuplicateKey(table, string.Join(", ", table.PrimaryKey));
            Remove(table, oldKey);
        }

        Write(table, newKey, record);
        return true;
    }

    /// <summary>Removes a row.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">The primary key's values, or the row's number.</param>
    /// <returns>False when there is no such row.</returns>
    public bool Delete(TableDescriptor table, params IReadOnlyList<object?> key)
    {
        var encoded = RowRules.KeyOf(table, key);
        if (Find(table, encoded) is null)
            return false;
        Remove(table, encoded);
        return true;
    }

    /// <summary>Reads a row.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">The primary key's values, or the row's number.</param>
    /// <returns>Its values, or null.</returns>
    public object?[]? Read(TableDescriptor table, params IReadOnlyList<object?> key) =>
        Find(table, RowRules.KeyOf(table, key)) is { } record ? ValueReader.ReadAll(record) : null;

    /// <summary>Makes all writes visible.</summary>
    /// <returns>When it happened.</returns>
    /// <exception cref="BackupSqlException">
    /// 40001 another transaction changed the same rows; 23505, 23503 a constraint is broken; 42P01 a table was dropped.
    /// </exception>
    public HlcTimestamp Commit()
    {
        ThrowIfEnded();
        try
        {
            lock (_store.Gate)
            {
                return _writes.Values.All(rows => rows.Count == 0)
                    ? _store.Clock.Now()
                    : _store.Commit(ReadTime, _writes);
            }
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        _pin.Dispose();
    }

    private byte[] Encode(TableDescriptor table, IReadOnlyList<object?> values)
    {
        ThrowIfEnded();
        CatalogState catalog;
        lock (_store.Gate)
            catalog = _store.Catalog.Current;
        return RowRules.Encode(table, catalog, values);
    }

    private byte[]? Find(TableDescriptor table, byte[] key)
    {
        ThrowIfEnded();
        return _writes.TryGetValue(table.Id, out var rows) && rows.TryGetValue(key, out var written)
            ? written
            : FindCommitted(table, key);
    }

    private byte[]? FindCommitted(TableDescriptor table, byte[] key)
    {
        lock (_store.Gate)
            return RowNode.Visible(_store.GetTable(table.Id).Table.Rows.Find(key)?.Newest, ReadTime)?.Value;
    }

    /// <summary>A row that came inside this transaction goes without a trace, and so without a conflict.</summary>
    private void Remove(TableDescriptor table, byte[] key)
    {
        if (FindCommitted(table, key) is null)
            _writes[table.Id].Remove(key);
        else
            Write(table, key, null);
    }

    private void Write(TableDescriptor table, byte[] key, byte[]? value)
    {
        if (!_writes.TryGetValue(table.Id, out var rows))
            _writes.Add(table.Id, rows = new SortedDictionary<byte[], byte[]?>(ByteArrayComparer.Instance));
        rows[key] = value;
    }

    private void ThrowIfEnded()
    {
        if (_ended)
            throw MemoryErrors.TransactionEnded();
    }
}
