namespace Backup.Sql.State;

/// <summary>A change of one entry; it happens only if the entry has the version expected.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Key">Which of them.</param>
/// <param name="ExpectedVersion">The version that the caller saw; 0 where there must be no entry.</param>
/// <param name="Value">The new value, UTF-8 JSON; null to remove the entry.</param>
public sealed record StateChange(string Kind, string Key, long ExpectedVersion, ReadOnlyMemory<byte>? Value);
