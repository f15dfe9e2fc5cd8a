namespace Backup.Sql.State;

/// <summary>A value out of a state store, with the version that its next change must expect.</summary>
internal sealed record Stored<T>(string Key, T Value, long Version);
