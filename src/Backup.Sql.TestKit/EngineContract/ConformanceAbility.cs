using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>One line of the table of a <see cref="ConformanceReport"/>.</summary>
/// <param name="Name">The ability in words: <c>time travel</c>.</param>
/// <param name="Flags">The ability; none for what every engine must do.</param>
/// <param name="Verdict">
/// <c>passed</c>, <c>failed</c>, <c>not claimed</c>, or <c>claimed</c> where no check belongs to the ability.
/// </param>
/// <param name="Checks">How many checks belong to it.</param>
/// <param name="Passed">How many of them passed.</param>
/// <param name="Refused">How many found that the engine refuses what it does not claim.</param>
/// <param name="Failed">How many failed.</param>
public sealed record ConformanceAbility(
    string Name, EngineCapabilities Flags, string Verdict, int Checks, int Passed, int Refused, int Failed)
{
    internal static ConformanceAbility Of(
        string name, EngineCapabilities flags, bool isClaimed, IEnumerable<ConformanceResult> results)
    {
        var verdicts = results.Select(result => result.Verdict).ToList();
        var passed = verdicts.Count(verdict => verdict == ConformanceVerdict.Passed);
        var failed = verdicts.Count(verdict => verdict == ConformanceVerdict.Failed);
        var verdict = failed > 0 ? "failed"
            : passed > 0 ? "passed"
            : isClaimed && verdicts.Count == 0 ? "claimed"
            : "not claimed";
        return new ConformanceAbility(
            name, flags, verdict, verdicts.Count, passed, verdicts.Count - passed - failed, failed);
    }
}
