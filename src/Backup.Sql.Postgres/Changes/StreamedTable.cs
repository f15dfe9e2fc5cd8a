using Backup.Sql.Postgres.Rows;

namespace Backup.Sql.Postgres.Changes;

/// <summary>A relation of the change stream, as its last message of that kind described it.</summary>
/// <param name="Oid">Its number.</param>
/// <param name="Table">How it is stored now.</param>
/// <param name="KeyFields">For each column of the key its place in the tuples of the stream.</param>
internal sealed record StreamedTable(uint Oid, StoredTable Table, IReadOnlyList<int> KeyFields)
{
    /// <summary>Finds the key's columns among those of the stream.</summary>
    /// <returns>Null when one of them is missing there.</returns>
    public static StreamedTable? Match(uint oid, StoredTable table, IReadOnlyList<string> columns)
    {
        var places = table.Key.Select(ordinal => columns.ToList().IndexOf(table.Columns[ordinal].Name)).ToList();
        return places.Contains(-1) ? null : new StreamedTable(oid, table, places);
    }

    /// <summary>True when every key can be said in SQL, so that its row can be looked for.</summary>
    public bool CanFindAll(ChangedKeys keys) =>
        keys.Sorted.All(key => KeyBound.Texts(Table, key.Span, Table.Key.Count).Count == Table.Key.Count);
}
