using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>A version that an export gives; a value of null is a deletion.</summary>
internal readonly record struct ExportedVersion(byte[] Key, HlcTimestamp At, byte[]? Value);
