namespace Backup.Sql.Execution.Jobs;

/// <summary>An entry of the state store that a restore has added.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Key">Which of them.</param>
/// <param name="Sha256">Of its value, so that what somebody has changed since is left alone.</param>
internal sealed record AddedEntry(string Kind, string Key, string Sha256);
