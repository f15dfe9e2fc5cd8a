using Backup.Sql.Sqlite.Catalog;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// Puts new names into statements of SQLite. Only tokens that stand where a table is named are touched; the rest of the
/// text stays as the user wrote it.
/// </summary>
/// <remarks>
/// The statements come out of backups, which others may have written: what does not make the kind of object that it is
/// said to make, as SQLite itself writes such statements down, is refused and never run.
/// </remarks>
internal static class NameRewriter
{
    private static readonly string[] TableFollows = ["FROM", "JOIN", "INTO", "UPDATE"];

    private static readonly string[] EndsFromList =
        ["SELECT", "WHERE", "ON", "GROUP", "ORDER", "SET", "VALUES", "USING", "HAVING", "LIMIT", "BY"];

    /// <summary>
    /// A CREATE TABLE statement under another name, with other tables behind its foreign keys or without them.
    /// </summary>
    /// <param name="ddl">The statement.</param>
    /// <param name="name">The new name.</param>
    /// <param name="references">
    /// Per foreign key of the text, the table referred to, or null to leave the key out.
    /// </param>
    public static string Table(string ddl, string name, IReadOnlyList<string?> references)
    {
        var text = new SqlText(ddl);
        var edits = new List<(int, int, string)>();
        var position = NamePosition(text, "TABLE");
        if (!text.Is(position + 1, '(') && !text.IsWord(position + 1, "USING"))
            throw SqliteErrors.NotADefinition("table");
        if (!text.IsName(position, name))
            edits.Add(text.Rename(position, name));
        var clauses = ForeignKeyClauses.Find(text);
        for (var i = 0; i < clauses.Count && i < references.Count; i++)
        {
            if (references[i] is not { } referenced)
                edits.Add(ForeignKeyClauses.Removal(text, clauses[i]));
            else if (!text.IsName(clauses[i].ReferencedName, referenced))
                edits.Add(text.Rename(clauses[i].ReferencedName, referenced));
        }

        return text.With(edits);
    }

    /// <summary>A CREATE INDEX statement with other names.</summary>
    public static string Index(string ddl, string name, string table)
    {
        var text = new SqlText(ddl);
        var position = NamePosition(text, "INDEX");
        return text.With(Changes(text, (position, name), (TablePosition(text, position, "index"), table)));
    }

    /// <summary>A CREATE VIEW statement with other names.</summary>
    /// <param name="ddl">The statement.</param>
    /// <param name="name">The view's name.</param>
    /// <param name="tables">Old and new names of tables and views.</param>
    public static string View(string ddl, string name, IReadOnlyDictionary<string, string> tables)
    {
        var text = new SqlText(ddl);
        var position = NamePosition(text, "VIEW");
        return text.With([.. Changes(text, (position, name)), .. TablesBehind(text, position, tables)]);
    }

    /// <summary>A CREATE TRIGGER statement with other names.</summary>
    public static string Trigger(string ddl, string name, string table, IReadOnlyDictionary<string, string> tables)
    {
        var text = new SqlText(ddl);
        var position = NamePosition(text, "TRIGGER");
        var on = TablePosition(text, position, "trigger");
        return text.With([.. Changes(text, (position, name), (on, table)), .. TablesBehind(text, on, tables)]);
    }

    /// <summary>Behind CREATE and the words for the kind of object.</summary>
    private static int NamePosition(SqlText text, string kind)
    {
        var position = 1;
        if (text.IsWord(position, kind == "INDEX" ? "UNIQUE" : "VIRTUAL"))
            position++;
        if (!text.IsWord(0, "CREATE") || !text.IsWord(position++, kind))
            throw SqliteErrors.NotADefinition(kind.ToLowerInvariant());
        if (text.IsWord(position, "IF") && text.IsWord(position + 1, "NOT"))
            position += 3;
        return IsName(text, position) ? position : throw SqliteErrors.NotADefinition(kind.ToLowerInvariant());
    }

    /// <summary>Behind the ON of an index or a trigger.</summary>
    private static int TablePosition(SqlText text, int name, string kind)
    {
        var on = text.FindOutside(name + 1, "ON");
        var table = text.IsWord(on + 1, "main") && text.Is(on + 2, '.') ? on + 3 : on + 1;
        return on > 0 && IsName(text, table) ? table : throw SqliteErrors.NotADefinition(kind);
    }

    // A dot would make it the name of another database.
    private static bool IsName(SqlText text, int position) =>
        position < text.Count && text[position].CanBeName && !text.Is(position + 1, '.');

    private static IEnumerable<(int, int, string)> Changes(SqlText text, params (int Index, string Name)[] changes) =>
        from change in changes
        where !text.IsName(change.Index, change.Name)
        select text.Rename(change.Index, change.Name);

    private static IEnumerable<(int, int, string)> TablesBehind(
        SqlText text, int position, IReadOnlyDictionary<string, string> tables)
    {
        for (var index = position + 1; index < text.Count; index++)
        {
            if (text[index].CanBeName
                && tables.TryGetValue(text.Name(index), out var name)
                && !text.IsName(index, name)
                && NamesTable(text, index))
                yield return text.Rename(index, name);
        }
    }

    private static bool NamesTable(SqlText text, int index)
    {
        if (text.Is(index + 1, '.'))
            return true;
        var before = index - 1;
        if (text.Is(before, '.'))
            before -= 2;
        if (Array.Exists(TableFollows, word => text.IsWord(before, word)))
            return true;
        return text.IsWord(before - 1, "OR") && text.IsWord(before - 2, "UPDATE")
            || (text.Is(before, ',') || text.Is(before, '(')) && IsInFromList(text, before);
    }

    /// <summary>Looks back, over what stands in parentheses, for the word that started the list.</summary>
    private static bool IsInFromList(SqlText text, int index)
    {
        var depth = 0;
        for (; index > 0; index--)
        {
            if (text.Is(index, ')'))
                depth++;
            else if (text.Is(index, '('))
                depth = Math.Max(0, depth - 1);
            else if (depth == 0 && (text.IsWord(index, "FROM") || text.IsWord(index, "JOIN")))
                return true;
            else if (depth == 0 && Array.Exists(EndsFromList, word => text.IsWord(index, word)))
                return false;
        }

        return false;
    }
}
