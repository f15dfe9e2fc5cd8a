namespace Backup.Sql.TestKit;

/// <summary>How a check ended.</summary>
public enum ConformanceOutcome
{
    /// <summary>The obligation is kept.</summary>
    Passed,

    /// <summary>The obligation is broken.</summary>
    Failed,

    /// <summary>The check needs an ability that is declared absent.</summary>
    Skipped,
}
