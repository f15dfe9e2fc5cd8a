namespace Backup.Sql.Storage;

/// <summary>What a store says of an object.</summary>
/// <param name="Name">Its name, relative to the store's location.</param>
/// <param name="Length">Its size in bytes.</param>
public readonly record struct ObjectInfo(string Name, long Length);
