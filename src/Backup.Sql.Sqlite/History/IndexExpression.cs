using Backup.Sql.Sqlite.Catalog;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// An expression out of the statement of an index, for rows that are there and for the row that is being written. Such
/// an expression knows the columns of its table and deterministic functions, nothing else.
/// </summary>
internal static class IndexExpression
{
    /// <summary>Reads one part of an index.</summary>
    /// <param name="ddl">The statement that made the index.</param>
    /// <param name="position">Which part, from 0.</param>
    /// <param name="columns">The table's columns.</param>
    /// <param name="collation">How the index compares the part.</param>
    /// <returns>Null when the statement is of a form that is not known here.</returns>
    public static UniquePart? Read(string ddl, int position, IReadOnlyList<string> columns, string collation)
    {
        var text = new SqlText(ddl);
        var on = text.FindOutside(0, "ON");
        var opening = on < 0 ? -1 : on + 2;
        if (!text.Is(opening, '('))
            return null;
        var (first, end) = Part(text, opening + 1, text.Closing(opening), position);
        if (end > first && (text.IsWord(end - 1, "ASC") || text.IsWord(end - 1, "DESC")))
            end--;
        if (end <= first)
            return null;
        var start = text[first].Start;
        var stop = text[end - 1].End;
        var names = Enumerable.Range(first, end - first).Where(index => IsColumn(text, index, columns))
            .Select(index => text[index].Start).ToList();
        return new UniquePart($"({ddl[start..stop]})", Of("NEW."), Of("OLD."), collation);

        string Of(string row)
        {
            var all = text.With([.. names.Select(at => (at, 0, row))]);
            return $"({all.Substring(start, stop - start + (names.Count * row.Length))})";
        }
    }

    private static (int First, int End) Part(SqlText text, int from, int closing, int position)
    {
        var first = from;
        for (var index = from; index <= closing; index++)
        {
            if (index < closing && text.Is(index, '('))
            {
                index = text.Closing(index);
                continue;
            }

            if (index < closing && !text.Is(index, ','))
                continue;
            if (position-- == 0)
                return (first, index);
            first = index + 1;
        }

        return (0, 0);
    }

    /// <summary>A name of a column, and not that of a function, a type, or a collation.</summary>
    private static bool IsColumn(SqlText text, int index, IReadOnlyList<string> columns) =>
        text[index].CanBeName
        && text[index].Kind != SqlTokenKind.Text
        && !text.Is(index + 1, '(')
        && !text.IsWord(index - 1, "COLLATE")
        && !text.IsWord(index - 1, "AS")
        && columns.Any(column => text.IsName(index, column));
}
