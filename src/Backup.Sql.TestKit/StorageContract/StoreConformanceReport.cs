using System.Text;

namespace Backup.Sql.TestKit.StorageContract;

/// <summary>How a store did.</summary>
/// <param name="Results">One per check, in the order in which they ran.</param>
public sealed record StoreConformanceReport(IReadOnlyList<StoreCheckResult> Results)
{
    /// <summary>The checks that failed.</summary>
    public IEnumerable<StoreCheckResult> Failures =>
        Results.Where(result => result.Verdict == StoreCheckVerdict.Failed);

    /// <summary>The report for people: one line per check.</summary>
    /// <returns>The lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var result in Results)
        {
            text.Append(result.Verdict.ToString().ToLowerInvariant().PadRight(8)).Append(result.Check);
            if (result.Reason is not null)
                text.Append(": ").Append(result.Reason);
            text.AppendLine();
        }

        return text.ToString();
    }
}
