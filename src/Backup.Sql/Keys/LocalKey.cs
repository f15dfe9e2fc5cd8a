namespace Backup.Sql.Keys;

/// <summary>What may be known of a key in a <see cref="LocalKeyRing"/>.</summary>
/// <param name="Id">Its name in the file.</param>
/// <param name="KeyId">Its name in backups: <see cref="IKeyManagementService.KeyId"/>.</param>
/// <param name="Version">The version that wraps, from 1; earlier ones still unwrap.</param>
/// <param name="Created">When that version was made.</param>
public sealed record LocalKey(string Id, string KeyId, int Version, DateTimeOffset Created);
