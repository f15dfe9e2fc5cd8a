using System.Globalization;
using System.Text;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>What an engine can do and how the proof came out.</summary>
/// <param name="Results">One result for each check, in the order of the suite.</param>
public sealed record ConformanceReport(IReadOnlyList<ConformanceResult> Results)
{
    private const string Gap = "  ";

    /// <summary>The engine; null where it could not be started, or where the report was put together by hand.</summary>
    public EngineInfo? Engine { get; init; }

    /// <summary>What the engine says that it can do. Default: nothing beyond the contract.</summary>
    public EngineCapabilities Claimed { get; init; }

    /// <summary>True when no check failed.</summary>
    public bool Passed => Results.All(result => result.Verdict != ConformanceVerdict.Failed);

    /// <summary>
    /// The abilities: first what every engine owes, then one line for each ability that there is, in a fixed order,
    /// claimed or not.
    /// </summary>
    public IReadOnlyList<ConformanceAbility> Abilities =>
    [
        .. AbilityNames.All.Select(ability => ConformanceAbility.Of(
            ability.Name,
            ability.Flags,
            Claimed.HasFlag(ability.Flags),
            Results.Where(result => result.Ability == ability.Flags))),
    ];

    /// <summary>The report as a table of abilities and verdicts, the reasons of failures below it.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Engine is { } engine)
            text.Append(CultureInfo.InvariantCulture, $"{engine.Kind} {engine.Version} of {engine.Package}\n\n");
        Append(text, ["ability", "verdict", "checks", "passed", "refused", "failed"]);
        foreach (var line in Abilities)
            Append(text, Cells(line));
        text.Append(CultureInfo.InvariantCulture, $"\n{Count(ConformanceVerdict.Passed)} passed, ")
            .Append(CultureInfo.InvariantCulture, $"{Count(ConformanceVerdict.Refused)} not claimed, ")
            .Append(CultureInfo.InvariantCulture, $"{Count(ConformanceVerdict.Failed)} failed: ")
            .Append(Passed ? "the engine keeps to the contract\n" : "the engine does not keep to the contract\n");
        foreach (var failure in Results.Where(result => result.Reason is not null))
            text.Append('\n').Append(failure.Check).Append(":\n").Append(failure.Reason).Append('\n');
        return text.ToString();
    }

    /// <summary>Every check with its ability and verdict, one a line.</summary>
    /// <returns>The text.</returns>
    public string ToLines()
    {
        var ability = Results.Max(result => AbilityNames.Of(result.Ability).Length);
        var check = Results.Max(result => result.Check.Length);
        return string.Concat(Results.Select(result => AbilityNames.Of(result.Ability).PadRight(ability) + Gap
            + result.Check.PadRight(check) + Gap + result.Verdict.ToString().ToLowerInvariant() + "\n"));
    }

    private int Count(ConformanceVerdict verdict) => Results.Count(result => result.Verdict == verdict);

    private static string[] Cells(ConformanceAbility line) =>
    [
        line.Name, line.Verdict, .. new[] { line.Checks, line.Passed, line.Refused, line.Failed }
            .Select(count => line.Checks == 0 ? "-" : count.ToString(CultureInfo.InvariantCulture)),
    ];

    private static void Append(StringBuilder text, string[] cells)
    {
        text.Append(cells[0].PadRight(AbilityNames.Width)).Append(Gap).Append(cells[1].PadRight("not claimed".Length));
        foreach (var cell in cells[2..])
            text.Append(Gap).Append(cell.PadLeft("refused".Length));
        text.Append('\n');
    }
}
