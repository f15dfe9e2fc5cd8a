using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>One line of a <see cref="ConformanceReport"/>.</summary>
/// <param name="Check">The check's name: a sentence.</param>
/// <param name="Ability">The ability that it belongs to; none for what every engine must do.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="Reason">Why it failed; null otherwise.</param>
public sealed record ConformanceResult(
    string Check, EngineCapabilities Ability, ConformanceVerdict Verdict, string? Reason = null);
