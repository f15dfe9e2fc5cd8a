namespace Backup.Sql.TestKit;

/// <summary>An obligation is broken. The message names every check that failed and why.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>One thing is not as it has to be.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="inner">What went wrong, if something was thrown.</param>
    public ConformanceException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>A suite found failures.</summary>
    /// <param name="report">All verdicts.</param>
    public ConformanceException(ConformanceReport report)
        : base(Describe(report)) => Report = report;

    /// <summary>All verdicts, when a whole suite was run.</summary>
    public ConformanceReport? Report { get; }

    private static string Describe(ConformanceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var failures = report.Failures.ToList();
        var lines = failures.Select(verdict => $"  {verdict.Check}: {verdict.Reason}");
        return $"{failures.Count} of {report.Verdicts.Count} checks failed:{Environment.NewLine}"
            + string.Join(Environment.NewLine, lines);
    }
}
