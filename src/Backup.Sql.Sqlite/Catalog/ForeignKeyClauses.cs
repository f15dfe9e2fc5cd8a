using System.Globalization;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>The foreign keys in the text of a CREATE TABLE statement, in their order there.</summary>
internal static class ForeignKeyClauses
{
    /// <summary>
    /// A clause: the text from its first to its last token, and the token that names the table referred to.
    /// </summary>
    internal readonly record struct Clause(int Start, int End, int ReferencedName);

    /// <summary>SQLite has no names for foreign keys that it would tell; they are numbered from 1.</summary>
    public static string NameOf(int index) => "fk_" + (index + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>Finds the clauses.</summary>
    public static IReadOnlyList<Clause> Find(SqlText ddl)
    {
        var clauses = new List<Clause>();
        for (var index = 0; index < ddl.Count; index++)
        {
            if (!ddl.IsWord(index, "REFERENCES") || index + 1 >= ddl.Count || !ddl[index + 1].CanBeName)
                continue;
            var start = StartOf(ddl, index);
            var end = EndOf(ddl, index + 1);
            clauses.Add(new Clause(ddl[start].Start, ddl[end].End, index + 1));
            index = end;
        }

        return clauses;
    }

    /// <summary>
    /// The edit that removes a clause. A clause of the table takes the comma in front of it along; that of a column
    /// has none.
    /// </summary>
    public static (int Start, int Length, string Replacement) Removal(SqlText ddl, Clause clause)
    {
        var start = clause.Start;
        var before = ddl.Text.AsSpan(0, start).TrimEnd();
        var ofTable = !IsColumnClause(ddl, clause);
        if (ofTable && before.EndsWith(','))
            start = before.Length - 1;
        return (start, clause.End - start, string.Empty);
    }

    private static bool IsColumnClause(SqlText ddl, Clause clause)
    {
        var first = TokenAt(ddl, clause.Start);
        if (ddl.IsWord(first, "CONSTRAINT"))
            first += 2;
        return ddl.IsWord(first, "REFERENCES");
    }

    private static int TokenAt(SqlText ddl, int position)
    {
        var index = 0;
        while (ddl[index].Start < position)
            index++;
        return index;
    }

    private static int StartOf(SqlText ddl, int references)
    {
        var start = references;
        if (ddl.Is(references - 1, ')'))
        {
            var opening = references - 1;
            while (opening > 0 && !ddl.Is(opening, '('))
                opening--;
            if (ddl.IsWord(opening - 1, "KEY") && ddl.IsWord(opening - 2, "FOREIGN"))
                start = opening - 2;
        }

        return ddl.IsWord(start - 2, "CONSTRAINT") ? start - 2 : start;
    }

    /// <summary>Goes over columns, actions, MATCH and DEFERRABLE, as far as they stand there.</summary>
    private static int EndOf(SqlText ddl, int name)
    {
        var end = name;
        if (ddl.Is(end + 1, '('))
            end = ddl.Closing(end + 1);
        while (true)
        {
            var length = PartLength(ddl, end + 1);
            if (length == 0)
                return end;
            end += length;
        }
    }

    private static int PartLength(SqlText ddl, int index)
    {
        if (ddl.IsWord(index, "ON") && (ddl.IsWord(index + 1, "DELETE") || ddl.IsWord(index + 1, "UPDATE")))
            return ddl.IsWord(index + 2, "SET") || ddl.IsWord(index + 2, "NO") ? 4 : 3;
        if (ddl.IsWord(index, "MATCH"))
            return 2;
        if (ddl.IsWord(index, "INITIALLY"))
            return 2;
        if (ddl.IsWord(index, "DEFERRABLE"))
            return 1;
        return ddl.IsWord(index, "NOT") && ddl.IsWord(index + 1, "DEFERRABLE") ? 2 : 0;
    }
}
