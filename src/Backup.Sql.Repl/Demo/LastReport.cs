using System.Globalization;
using Backup.Sql.Execution;
using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Demo;

/// <summary>Keeps the last report of a job, to be printed where no bar could be watched, and after it has gone.</summary>
internal sealed class LastReport : IProgress<JobProgress>
{
    private IProgress<JobProgress>? _next;
    private JobProgress? _last;

    /// <summary>What the job came to; null when the statement was no job.</summary>
    public string? Summary => _last is null
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"  {100 * _last.Fraction:0} %: {ValueText.Bytes(_last.BytesDone)} gone through, "
            + $"{ValueText.Bytes(_last.StoredBytes)} stored, in {ValueText.Duration(_last.Elapsed)}");

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
        _last = value;
        _next?.Report(value);
    }
}
