namespace CsvSample;

/// <summary>Changes of one database that become visible together.</summary>
public sealed class CsvTransaction
{
    private readonly Dictionary<string, CsvRows> _changed = new(StringComparer.Ordinal);
    private readonly CsvStore _store;
    private readonly CsvDatabase _database;

    internal CsvTransaction(CsvStore store, CsvDatabase database)
    {
        _store = store;
        _database = database;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="table">The table.</param>
    /// <param name="row">Its values: <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, bytes or null.</param>
    public void Insert(string table, params object?[] row) => Rows(table).Add(row);

    /// <summary>Replaces a row.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">The values of its key.</param>
    /// <param name="row">The new values.</param>
    public void Update(string table, IEnumerable<object?> key, params object?[] row)
    {
        Rows(table).Remove(key);
        Rows(table).Add(row);
    }

    /// <summary>Removes a row.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">The values of its key.</param>
    public void Delete(string table, IEnumerable<object?> key) => Rows(table).Remove(key);

    /// <summary>Writes a new file for each table that changed.</summary>
    internal CsvDatabase Finish() => _changed.Values.Aggregate(
        _database, (database, rows) => database.With(new CsvTable(rows.Table, _store.WriteRows(rows))));

    private CsvRows Rows(string table)
    {
        if (!_changed.TryGetValue(table, out var rows))
            _changed.Add(table, rows = CsvRows.Read(_store, _database.Get(table)));
        return rows;
    }
}
