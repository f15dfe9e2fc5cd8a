using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>What the names in an expression mean: columns of one source of rows.</summary>
/// <param name="columns">The columns.</param>
/// <param name="source">The name that may stand before a column's; null for none.</param>
internal sealed class ColumnScope(IReadOnlyList<(string Name, SqlType Type)> columns, string? source = null)
{
    /// <summary>Finds a column: by its exact name, else ignoring case where one fits.</summary>
    public Term Find(ObjectName name)
    {
        var place = ValueBinder.PlaceOf(name);
        if (name.Parts.Count > 2 || (name.Parts.Count == 2 && !IsSource(name.Parts[0].Text)))
            throw Errors.UnknownSource(string.Join('.', name.Parts.SkipLast(1).Select(part => part.Text)), place);
        var index = IndexOf(name.Last.Text, StringComparison.Ordinal, place)
            ?? IndexOf(name.Last.Text, StringComparison.OrdinalIgnoreCase, place)
            ?? throw Errors.ColumnNotFound(name.Last.Text, columns.Select(column => column.Name), place);
        return new Term(columns[index].Type, row => row[index]);
    }

    private bool IsSource(string text) => string.Equals(text, source, StringComparison.OrdinalIgnoreCase);

    private int? IndexOf(string name, StringComparison comparison, TextPlace place)
    {
        int? found = null;
        for (var i = 0; i < columns.Count; i++)
        {
            if (!columns[i].Name.Equals(name, comparison))
                continue;
            found = found is null ? i : throw Errors.AmbiguousColumn(name, place);
        }

        return found;
    }
}
