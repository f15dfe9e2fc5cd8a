using Backup.Sql.Execution;

namespace Backup.Sql.Sessions;

/// <summary>Who works in a session, and where.</summary>
public sealed record SessionOptions
{
    /// <summary>The user whose jobs they are. Default: <c>root</c>.</summary>
    public string User { get; init; } = "root";

    /// <summary>The database that bare table names mean. Default: null, none.</summary>
    public string? CurrentDatabase { get; init; }

    /// <summary>
    /// Lets SHOW BACKUPS list every restorable backup by its id, and ids stand for sub-directories. Default: false.
    /// </summary>
    public bool UseBackupsWithIds { get; init; }

    /// <summary>Hears how far the session's jobs are. Called from worker threads, one call at a time per job.</summary>
    public IProgress<JobProgress>? Progress { get; init; }
}
