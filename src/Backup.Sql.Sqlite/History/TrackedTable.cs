namespace Backup.Sql.Sqlite.History;

/// <summary>A definition with the marks between which it held.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Since">The first mark at which it held.</param>
/// <param name="Until">The first mark at which it did no more; null while it does.</param>
/// <param name="Successor">
/// The definition that took over its rows, by number; null when there is none: the rows ended with it.
/// </param>
/// <param name="IsLost">True when rows may have changed or gone without being logged before it ended.</param>
internal sealed record TrackedTable(
    TableDefinition Definition, long Since, long? Until, long? Successor, bool IsLost)
{
    public bool HoldsAt(long mark) => Since <= mark && (Until is null || Until > mark);
}
