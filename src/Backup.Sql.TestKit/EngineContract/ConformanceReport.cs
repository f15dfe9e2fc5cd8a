using System.Text;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>What an engine can do and how the proof came out.</summary>
/// <param name="Results">One result for each check, in the order of the suite.</param>
public sealed record ConformanceReport(IReadOnlyList<ConformanceResult> Results)
{
    /// <summary>True when no check failed.</summary>
    public bool Passed => Results.All(result => result.Verdict != ConformanceVerdict.Failed);

    /// <summary>The report as a table, reasons below it.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var ability = Results.Max(result => AbilityOf(result).Length);
        var check = Results.Max(result => result.Check.Length);
        var text = new StringBuilder();
        foreach (var result in Results)
        {
            text.Append(AbilityOf(result).PadRight(ability)).Append("  ").Append(result.Check.PadRight(check))
                .Append("  ").Append(result.Verdict.ToString().ToLowerInvariant()).Append('\n');
        }

        foreach (var failure in Results.Where(result => result.Reason is not null))
            text.Append('\n').Append(failure.Check).Append(":\n").Append(failure.Reason).Append('\n');
        return text.ToString();
    }

    private static string AbilityOf(ConformanceResult result) =>
        result.Ability == EngineCapabilities.None ? "(every engine)" : result.Ability.ToString();
}
