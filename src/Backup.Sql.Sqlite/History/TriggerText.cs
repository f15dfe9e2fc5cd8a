using System.Text;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Writes the log and the triggers of a table. Before a row changes, the log takes down what it is; after a row came,
/// that there was none. So the first line of a key after a mark tells what the key held at the mark, and lines too many
/// do no harm. Which lines lie after a mark, the mark says: looking for it at every row would cost a fifth.
/// </summary>
/// <remarks>
/// <para>REPLACE removes rows without a trigger (unless recursive triggers are on): before every write all rows are
/// taken down that collide with the new one on the rowid or a unique key. An update that leaves a key alone collides
/// with nothing on it, and is not made to look. The log has no key but its own number, so that no conflict clause of
/// the user's statement can mean it.</para>
/// <para>A column that is no part of a key is named inside a sub-query, and once more outside with the value NULL:
/// when the user drops the column the outer name is found instead, and the trigger stays valid.</para>
/// <para>SQLite 3.35 computes a generated column of NEW out of those columns alone that triggers name, the others count
/// as NULL: where a key has such a column, all are named.</para>
/// </remarks>
internal sealed class TriggerText
{
    private const string KeyAlias = HistoryNames.Prefix + "k";
    private readonly TableDefinition _table;
    private readonly string _quoted;
    private readonly IReadOnlyList<string> _keys;
    private readonly string _fallback;

    /// <summary>Prepares the texts.</summary>
    /// <param name="table">The table.</param>
    /// <param name="fallbacks">The outer names; what the columns were called when the triggers were made.</param>
    public TriggerText(TableDefinition table, IReadOnlyList<string>? fallbacks = null)
    {
        _table = table;
        _quoted = Connection.Quote(table.Name);
        _keys = table.RowId is not null
            ? [Connection.Quote(table.RowId)]
            : [.. table.Key.Select(part => Connection.Quote(table.Columns[part.Ordinal]))];
        var names = (fallbacks ?? table.Columns).Select(name => $"NULL AS {Connection.Quote(name)}");
        _fallback = $"(SELECT {string.Join(", ", names)})";
    }

    /// <summary>The names of a definition's triggers.</summary>
    public static string[] Names(long number) =>
        [.. ((string[])["bi", "bk", "bm", "bu", "bd", "ai"]).Select(moment => HistoryNames.Trigger(number, moment))];

    /// <summary>The log's table.</summary>
    public string Log()
    {
        var columns = _table.Columns.Select((_, i) => _table.LogColumn(i));
        return $"CREATE TABLE {_table.Log} (seq INTEGER PRIMARY KEY, kind, k, {string.Join(", ", columns)})";
    }

    /// <summary>
    /// The triggers, in the order of <see cref="Names"/>. SQLite runs the newest first: what a row was is taken down
    /// before its new key, which may be the same in another type.
    /// </summary>
    public string[] Triggers() =>
    [
        Trigger("bi", "BEFORE INSERT", Collides(null), Colliding(null)),
        Trigger("bk", "BEFORE UPDATE", LoadsAll() + Collides(KeysEqual("OLD")), Colliding(KeysEqual("OLD"))),
        Trigger("bm", "BEFORE UPDATE", HasMoved(), Moved()),
        Trigger("bu", "BEFORE UPDATE", null, Old()),
        Trigger("bd", "BEFORE DELETE", null, Old()),
        Trigger("ai", "AFTER INSERT", null, Absent(string.Empty)),
    ];

    /// <summary>Takes down every row of the table, as if each were about to change.</summary>
    public string Everything()
    {
        var key = _table.RowId is null ? "NULL" : _keys[0];
        return $"INSERT INTO {_table.Log} SELECT NULL, 1, {key}, "
            + $"{string.Join(", ", _table.Columns.Select(Connection.Quote))} FROM main.{_quoted} NOT INDEXED";
    }

    private string Trigger(string moment, string when, string? condition, string body) =>
        $"CREATE TRIGGER {Connection.Quote(HistoryNames.Trigger(_table.Number, moment))} {when} ON {_quoted} "
        + (condition is null ? string.Empty : $"WHEN {condition} ") + $"BEGIN {body}END";

    private string Old()
    {
        var key = _table.RowId is null ? "NULL" : $"(SELECT OLD.{_keys[0]})";
        var values = _table.Columns.Select(column => $"(SELECT OLD.{Connection.Quote(column)})");
        return $"INSERT INTO {_table.Log} SELECT NULL, 1, {key}, {string.Join(", ", values)} "
            + $"FROM {_fallback} AS OLD; ";
    }

    /// <summary>
    /// The rows that REPLACE would remove, but for the one that is being changed. A statement for each key, for then
    /// SQLite goes through the key's index; of a union it would make a temporary table for every row.
    /// </summary>
    private string Colliding(string? self)
    {
        var aliases = string.Join(", ", _keys.Select((key, i) => $"{key} AS {KeyAlias}{i}"));
        var same = string.Join(" AND ", _keys.Select((key, i) => $"{key} = {KeyAlias}{i}"));
        var values = _table.Columns.Select(column =>
            $"(SELECT {Connection.Quote(column)} FROM {_quoted} WHERE {same})");
        var key = _table.RowId is null ? "NULL" : KeyAlias + "0";
        var taken = $"INSERT INTO {_table.Log} SELECT NULL, 1, {key}, {string.Join(", ", values)} FROM {_fallback}, ";
        return string.Concat(Collisions(self).Select(collision =>
            $"{taken}(SELECT {aliases} FROM {_quoted} WHERE {collision.Condition}); "));
    }

    /// <summary>Asked first, for hardly any row collides and this costs next to nothing.</summary>
    private string Collides(string? self) => string.Join(" OR ", Collisions(self).Select(collision =>
        (self is null ? string.Empty : $"({collision.Change}) AND ")
        + $"EXISTS (SELECT 1 FROM {_quoted} WHERE {collision.Condition})"));

    /// <summary>Of each key, which rows have the new row's, and whether an update changes it.</summary>
    private IEnumerable<(string Condition, string Change)> Collisions(string? self)
    {
        var keys = _table.UniqueKeys.Select(unique => (
            Condition: string.Join(" AND ", unique.Select(part =>
                $"{part.Stored} = {part.Written} COLLATE {Connection.Quote(part.Collation)}")),
            Change: string.Join(" OR ", unique.Select(part =>
                $"{part.Written} IS NOT {part.Replaced} COLLATE BINARY"))));
        if (_table.RowId is not null)
            keys = keys.Prepend(($"{_keys[0]} = NEW.{_keys[0]}", $"NEW.{_keys[0]} IS NOT OLD.{_keys[0]}"));
        return keys.Select(key => (
            key.Condition + (self is null ? string.Empty : $" AND NOT ({self})"), key.Change));
    }

    /// <summary>A condition that names all columns of the new row and is never true.</summary>
    private string LoadsAll()
    {
        var isStored = _table.Columns.Select(Connection.Quote).Append(_table.RowId is null ? "" : _keys[0]).ToHashSet();
        if (_table.UniqueKeys.All(unique => unique.All(part => isStored.Contains(part.Stored))))
            return string.Empty;
        var named = _table.Columns.Select(column => $"(SELECT NEW.{Connection.Quote(column)}) IS 0");
        return $"(SELECT 0 FROM {_fallback} AS NEW WHERE {string.Join(" AND ", named)}) OR ";
    }

    private string HasMoved()
    {
        var moved = _keys.Select(key => $"NEW.{key} IS NOT OLD.{key}");
        var retyped = _table.RowId is not null
            ? []
            : _keys.Select(key => $"NEW.{key} IS NOT OLD.{key} COLLATE BINARY OR typeof(NEW.{key}) <> typeof(OLD.{key})");
        return string.Join(" OR ", moved.Concat(retyped));
    }

    /// <summary>A row that gets another key: there was none of that key.</summary>
    private string Moved()
    {
        var there = string.Join(" AND ", _keys.Select(key => $"{key} = NEW.{key}"));
        return Absent(
            $" WHERE NOT EXISTS (SELECT 1 FROM {_quoted} WHERE {there})"
            + (_table.RowId is null ? $" OR ({KeysEqual("OLD", "NEW")})" : string.Empty));
    }

    private string Absent(string where)
    {
        var values = _keys.Select(key => "NEW." + key);
        return $"INSERT INTO {_table.Log} (kind, {string.Join(", ", _table.LogKey)}) "
            + $"SELECT 0, {string.Join(", ", values)}{where}; ";
    }

    private string KeysEqual(string row, string? other = null)
    {
        var text = new StringBuilder();
        foreach (var key in _keys)
        {
            text.Append(text.Length == 0 ? string.Empty : " AND ")
                .Append(other is null ? key : $"{other}.{key}").Append(" = ").Append(row).Append('.').Append(key);
        }

        return text.ToString();
    }
}
