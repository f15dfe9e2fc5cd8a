namespace Backup.Sql.State;

/// <summary>An entry of a state store.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Key">Which of them.</param>
/// <param name="Version">
/// Counts the changes, from 1. An entry that is removed and made again may start from 1 again.
/// </param>
/// <param name="Value">UTF-8 JSON.</param>
public sealed record StateEntry(string Kind, string Key, long Version, ReadOnlyMemory<byte> Value);
