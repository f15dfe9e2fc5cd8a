namespace Backup.Sql.TestKit;

/// <summary>What became of one check of a conformance suite.</summary>
/// <param name="Check">The check's name, a sentence with underscores.</param>
/// <param name="Outcome">Whether it held.</param>
/// <param name="Reason">Why it failed or was skipped; null when it passed.</param>
public sealed record ConformanceVerdict(string Check, ConformanceOutcome Outcome, string? Reason = null);
