using Backup.Sql.Sqlite.Catalog;

namespace Backup.Sql.Sqlite.History;

/// <summary>Tells how many statements lead from one schema to another when none of them was in vain.</summary>
internal sealed class SchemaComparison
{
    private const int Unknown = -1;
    private readonly Dictionary<(string Type, string Name), MasterRow> _before;
    private readonly Dictionary<(string Type, string Name), MasterRow> _now;
    private readonly IReadOnlyDictionary<string, string> _renamed;

    /// <summary>Compares.</summary>
    /// <param name="before">The user's objects then.</param>
    /// <param name="now">The user's objects now.</param>
    /// <param name="renamed">The present names of tables that have other ones.</param>
    public SchemaComparison(
        IReadOnlyList<MasterRow> before, IReadOnlyList<MasterRow> now, IReadOnlyDictionary<string, string> renamed)
    {
        _renamed = renamed;
        _before = [];
        var isClear = before.All(row =>
            _before.TryAdd(Key(row.Type, row.Type == "table" ? NameNow(row.Name) : row.Name), row));
        _now = now.ToDictionary(row => Key(row.Type, row.Name));
        IsEqual = before.SequenceEqual(now);
        Count = isClear
            ? Dropped() + renamed.Count + _now.Keys.Count(key => !_before.ContainsKey(key)) + Altered()
            : Unknown;
    }

    /// <summary>True when nothing changed, the order in which objects were made included.</summary>
    public bool IsEqual { get; }

    /// <summary>The number of statements.</summary>
    public int Count { get; }

    private int Dropped() => _before.Count(pair =>
        !_now.ContainsKey(pair.Key)
        && (pair.Value.Type is "table" or "view" || IsOwnerThere(pair.Value)));

    private bool IsOwnerThere(MasterRow row)
    {
        var owner = NameNow(row.Table);
        return _now.ContainsKey(Key("table", owner)) || _now.ContainsKey(Key("view", owner));
    }

    /// <summary>
    /// A table's statement changes by ALTER TABLE, and it alone changes the statements of what refers to the table;
    /// otherwise those were dropped and made anew.
    /// </summary>
    private int Altered()
    {
        var changed = _before
            .Where(pair => _now.TryGetValue(pair.Key, out var now) && now.Sql != pair.Value.Sql).ToList();
        var tables = changed.Count(pair => pair.Value.Type == "table" && !IsRenamed(pair.Value));
        return tables + (tables > 0 || _renamed.Count > 0 ? 0 : 2 * changed.Count);
    }

    private bool IsRenamed(MasterRow table) => _renamed.ContainsKey(table.Name);

    private string NameNow(string table) => _renamed.GetValueOrDefault(table, table);

    private static (string, string) Key(string type, string name) => (type, AsciiIgnoreCaseComparer.Fold(name));
}
