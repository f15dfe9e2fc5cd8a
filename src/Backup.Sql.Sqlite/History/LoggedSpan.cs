using Backup.Sql.Catalog;

namespace Backup.Sql.Sqlite.History;

/// <summary>The lines of a log between two marks.</summary>
/// <param name="Last">The number of the last one.</param>
/// <param name="Time">The time of the mark behind it: the first at which what the lines are about can be seen.</param>
internal readonly record struct LoggedSpan(long Last, HlcTimestamp Time);
