using Microsoft.Extensions.Logging;

namespace Backup.Sql.Diagnostics;

/// <summary>Log messages. Ids are stable: 1–99 jobs, 100–199 backups, 200–299 restores.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Kind} job {JobId} starts with {Steps} steps")]
    public static partial void Started(ILogger logger, string kind, long jobId, int steps);

    [LoggerMessage(100, LogLevel.Information, "job {JobId} committed layer {Directory}: {Rows} rows, {Bytes} bytes")]
    public static partial void Committed(ILogger logger, long jobId, string directory, long rows, long bytes);

    [LoggerMessage(
        101, LogLevel.Warning, "job {JobId} committed its layer, but {What} failed: it is a hint that can be rebuilt")]
    public static partial void HintFailed(ILogger logger, long jobId, string what, Exception error);

    [LoggerMessage(
        102, LogLevel.Warning,
        "job {JobId} could not remove what it had written to {Directory}; it is inert and goes with the next clean-up")]
    public static partial void CleanUpFailed(ILogger logger, long jobId, string directory, Exception error);

    [LoggerMessage(150, LogLevel.Information, "snapshot {Label} of repository {Repository} has expired and was removed")]
    public static partial void SnapshotExpired(ILogger logger, string label, string repository);

    [LoggerMessage(151, LogLevel.Warning, "expired snapshots of repository {Repository} could not be removed")]
    public static partial void ExpiryFailed(ILogger logger, string repository, Exception error);

    [LoggerMessage(200, LogLevel.Information, "job {JobId} published its restore: {Rows} rows, {Bytes} bytes")]
    public static partial void Published(ILogger logger, long jobId, long rows, long bytes);
}
