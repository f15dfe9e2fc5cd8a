using Backup.Sql.Catalog;

namespace Backup.Sql.Sqlite.History;

/// <summary>A point between two transactions that can be returned to.</summary>
/// <param name="Id">Its number; later marks have greater ones.</param>
/// <param name="Time">Its time.</param>
/// <param name="Schema">The number of the schema that held.</param>
/// <param name="UserVersion">The pragma of that name.</param>
/// <param name="ApplicationId">The pragma of that name.</param>
internal sealed record HistoryMark(long Id, HlcTimestamp Time, long Schema, long UserVersion, long ApplicationId);
