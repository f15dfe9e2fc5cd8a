using Backup.Sql.Execution;

namespace Backup.Sql.Repl.Shell;

/// <summary>Shows nothing: for output that nobody watches.</summary>
internal sealed class NoProgressView : IProgressView, IProgress<JobProgress>
{
    /// <inheritdoc/>
    public Task<T> ShowAsync<T>(Func<IProgress<JobProgress>, Task<T>> statement) => statement(this);

    /// <inheritdoc/>
    public void Report(JobProgress value)
    {
        // Nobody watches.
    }
}
