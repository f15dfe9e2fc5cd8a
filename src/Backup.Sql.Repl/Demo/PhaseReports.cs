using Backup.Sql.Execution;
using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Demo;

/// <summary>
/// Keeps the last report of each phase of a job, to be printed where no bar could be watched, or after it.
/// </summary>
internal sealed class PhaseReports : IProgress<JobProgress>
{
    private readonly List<JobProgress> _last = [];
    private IProgress<JobProgress>? _next;

    /// <summary>A line for every phase that went through bytes.</summary>
    /// <returns>The lines; none for a statement that is no job.</returns>
    public IEnumerable<string> Lines() =>
        from report in _last
        where report.BytesDone > 0
        let stored = report.StoredBytes > 0 ? $", {ValueText.Bytes(report.StoredBytes)} in the store" : ""
        select $"  {report.Phase}: {ValueText.Bytes(report.BytesDone)}{stored}, {ValueText.Bytes(report.BytesPerSecond)}/s";

    /// <summary>Stands before another listener.</summary>
    /// <param name="next">Hears everything too.</param>
    /// <returns>This.</returns>
    public IProgress<JobProgress> Before(IProgress<JobProgress> next)
    {
        _next = next;
        return this;
    }

    /// <inheritdoc/>
    public void Report(JobProgress value)
    {
        if (_last.Count > 0 && _last[^1].Phase == value.Phase)
            _last[^1] = value;
        else
            _last.Add(value);
        _next?.Report(value);
    }
}
