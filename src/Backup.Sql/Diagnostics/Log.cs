using Microsoft.Extensions.Logging;

namespace Backup.Sql.Diagnostics;

/// <summary>Log messages. Ids are stable: 1–99 jobs, 100–199 backups, 200–299 restores, 300–399 schedules.</summary>
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

    [LoggerMessage(
        103, LogLevel.Warning, "layer {LayerId} was proved, but that could not be noted beside it")]
    public static partial void ProofNotNoted(ILogger logger, string layerId, Exception error);

    [LoggerMessage(105, LogLevel.Error, "job {JobId} could not lift its pause of engine {Engine}: it may still stand")]
    public static partial void PauseStands(ILogger logger, long jobId, string engine, Exception error);

    [LoggerMessage(104, LogLevel.Warning, "lifted the pause of engine {Engine} that job {JobId} had left standing")]
    public static partial void PauseLifted(ILogger logger, long jobId, string engine);

    [LoggerMessage(150, LogLevel.Information, "snapshot {Label} of repository {Repository} has expired and was removed")]
    public static partial void SnapshotExpired(ILogger logger, string label, string repository);

    [LoggerMessage(151, LogLevel.Warning, "expired snapshots of repository {Repository} could not be removed")]
    public static partial void ExpiryFailed(ILogger logger, string repository, Exception error);

    [LoggerMessage(200, LogLevel.Information, "job {JobId} published its restore: {Rows} rows, {Bytes} bytes")]
    public static partial void Published(ILogger logger, long jobId, long rows, long bytes);

    [LoggerMessage(
        300, LogLevel.Information, "schedule {ScheduleId} ({Label}) ran for {ScheduledFor}: {Status}, job {JobId}")]
    public static partial void ScheduleRan(
        ILogger logger, long scheduleId, string label, DateTimeOffset scheduledFor, string status, long? jobId);

    [LoggerMessage(
        301, LogLevel.Warning,
        "schedule {ScheduleId} ({Label}) missed its runs since {MissedSince}; the one for {ScheduledFor} makes up for them")]
    public static partial void RunsMissed(
        ILogger logger, long scheduleId, string label, DateTimeOffset missedSince, DateTimeOffset scheduledFor);

    [LoggerMessage(302, LogLevel.Error, "the scheduler could not look after the schedules; it tries again")]
    public static partial void SchedulerFailed(ILogger logger, Exception error);
}
