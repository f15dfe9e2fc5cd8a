namespace Backup.Sql.TestKit.StorageContract;

/// <summary>What became of one check.</summary>
/// <param name="Check">The check's name, a sentence with underscores.</param>
/// <param name="Verdict">Whether it held.</param>
/// <param name="Reason">Why it failed or was skipped; null when it passed.</param>
public sealed record StoreCheckResult(string Check, StoreCheckVerdict Verdict, string? Reason = null);
