using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>A finished layer that somebody outside the collection remembers.</summary>
/// <param name="LayerId">The layer.</param>
/// <param name="ChainId">The full layer below it.</param>
/// <param name="Directory">Its directory.</param>
/// <param name="End">The time that it restores.</param>
/// <param name="Name">What it is called there.</param>
internal sealed record KnownLayer(string LayerId, string ChainId, string Directory, HlcTimestamp End, string Name);
