using Backup.Sql.Catalog;

namespace Backup.Sql.Binding;

/// <summary>The point that AS OF SYSTEM TIME asks for, evaluated at the statement's start.</summary>
/// <param name="Time">The point.</param>
/// <param name="IsFreshnessBound">
/// True for a way of saying "a moment ago" (an interval of up to a minute, follower_read_timestamp()): an engine
/// without history answers it with its present.
/// </param>
internal sealed record AsOf(HlcTimestamp Time, bool IsFreshnessBound);
