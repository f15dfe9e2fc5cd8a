using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Changes;

/// <summary>A snapshot that was taken of a database with change tracking: from it changes can be told.</summary>
/// <param name="Time">The snapshot's time.</param>
/// <param name="Snapshot">What it saw, as the server writes it.</param>
/// <param name="Tables">
/// For each relation whose changes were caught then, by oid, a stamp that is another one when they may not have been
/// caught since.
/// </param>
/// <param name="Catalog">The number of the catalog that it saw.</param>
internal sealed record HistoryMark(
    HlcTimestamp Time, string Snapshot, IReadOnlyDictionary<uint, string> Tables, long Catalog)
{
    /// <summary>How many rows the tables had, by oid, of which that is known.</summary>
    public IReadOnlyDictionary<uint, long> Rows { get; init; } = new Dictionary<uint, long>();
}
