using Backup.Sql.Execution;

namespace Backup.Sql.Repl.Shell;

/// <summary>Shows how far a statement is while it runs.</summary>
internal interface IProgressView
{
    /// <summary>Runs a statement and shows its progress until it ends.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="statement">Runs the statement; reports to what it is handed.</param>
    /// <returns>What the statement gave.</returns>
    Task<T> ShowAsync<T>(Func<IProgress<JobProgress>, Task<T>> statement);
}
