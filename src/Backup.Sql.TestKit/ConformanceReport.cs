using System.Text;

namespace Backup.Sql.TestKit;

/// <summary>The verdicts of a conformance suite.</summary>
/// <param name="Verdicts">One per check, in the order in which they ran.</param>
public sealed record ConformanceReport(IReadOnlyList<ConformanceVerdict> Verdicts)
{
    /// <summary>The verdicts of the checks that failed.</summary>
    public IEnumerable<ConformanceVerdict> Failures =>
        Verdicts.Where(verdict => verdict.Outcome == ConformanceOutcome.Failed);

    /// <summary>Finds a verdict.</summary>
    /// <param name="check">The check's name.</param>
    public ConformanceVerdict this[string check] => Verdicts.First(verdict => verdict.Check == check);

    /// <summary>The report for people: one line per check.</summary>
    /// <returns>The lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var verdict in Verdicts)
        {
            text.Append(verdict.Outcome.ToString().ToLowerInvariant().PadRight(8)).Append(verdict.Check);
            if (verdict.Reason is not null)
                text.Append(": ").Append(verdict.Reason);
            text.AppendLine();
        }

        return text.ToString();
    }
}
