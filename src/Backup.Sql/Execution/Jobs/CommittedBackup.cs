using Backup.Sql.Catalog;

namespace Backup.Sql.Execution.Jobs;

/// <summary>Where the layer lies that a BACKUP has committed.</summary>
/// <param name="Chain">Directory of the chain's full layer; empty for the location itself.</param>
/// <param name="Path">The layer's own directory.</param>
/// <param name="ChainId">Id of the full layer.</param>
/// <param name="LayerId">Id of the layer.</param>
/// <param name="End">The time that it restores.</param>
internal sealed record CommittedBackup(string Chain, string Path, string ChainId, string LayerId, HlcTimestamp End);
