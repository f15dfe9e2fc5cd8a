using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit;

/// <summary>A copy of one version of a row; a value of null is a deletion.</summary>
internal sealed record CollectedRow(byte[] Key, HlcTimestamp Timestamp, byte[]? Value);
