using Backup.Sql.Postgres.Rows;

namespace Backup.Sql.Postgres.Changes;

/// <summary>A relation of the change stream, as its last message of that kind described it.</summary>
/// <param name="Table">How it is stored now.</param>
/// <param name="Fields">For each column its place in the tuples of the stream; -1 for one that is not there.</param>
internal sealed record StreamedTable(StoredTable Table, IReadOnlyList<int> Fields)
{
    /// <summary>For each column of the key its place in the tuples of the stream.</summary>
    public IReadOnlyList<int> KeyFields { get; } = [.. Table.Key.Select(ordinal => Fields[ordinal])];

    /// <summary>
    /// True when the stream has every column, in the form in which it is exported: generated ones are left out of it.
    /// </summary>
    public bool TellsRows { get; } = !Fields.Contains(-1) && Table.Columns.All(column => column.IsPlain);

    /// <summary>Finds a relation's columns among those of the stream.</summary>
    /// <returns>Null when one of the key is missing there.</returns>
    public static StreamedTable? Match(StoredTable table, List<string> columns)
    {
        var relation = new StreamedTable(table, [.. table.Columns.Select(column => columns.IndexOf(column.Name))]);
        return relation.KeyFields.Contains(-1) ? null : relation;
    }

    /// <summary>True when every key that is to be looked up can be said in SQL.</summary>
    public bool CanFindAll(ChangedKeys keys) => keys.Sorted.Where(row => row.Fate == RowFate.Unsaid)
        .All(row => KeyBound.Texts(Table, row.Key.Span, Table.Key.Count).Count == Table.Key.Count);
}
