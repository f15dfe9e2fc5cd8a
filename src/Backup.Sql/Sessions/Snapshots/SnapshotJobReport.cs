using System.Globalization;
using System.Text.Json;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Execution.Jobs;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>
/// The rows of SHOW BACKUP and SHOW RESTORE: a job of the one job state machine, in the words of the StarRocks dialect.
/// </summary>
internal static class SnapshotJobReport
{
    private const string Paused = "[PAUSED]";

    public static IReadOnlyList<ResultColumn> BackupColumns { get; } =
    [
        new("JobId", ResultType.Int), .. Texts(
            "SnapshotName", "DbName", "State", "BackupObjs", "CreateTime", "SnapshotFinishedTime",
            "UploadFinishedTime", "FinishedTime", "UnfinishedTasks", "Progress", "TaskErrMsg", "Status"),
        new("Timeout", ResultType.Int),
    ];

    public static IReadOnlyList<ResultColumn> RestoreColumns { get; } =
    [
        new("JobId", ResultType.Int), .. Texts(
            "Label", "Timestamp", "DbName", "State", "AllowLoad", "ReplicationNum", "RestoreObjs", "CreateTime",
            "MetaPreparedTime", "SnapshotFinishedTime", "DownloadFinishedTime", "FinishedTime", "UnfinishedTasks",
            "Progress", "TaskErrMsg", "Status"),
        new("Timeout", ResultType.Int),
    ];

    /// <summary>The row of a job.</summary>
    public static object?[] Row(JobRecord job) =>
        JsonSerializer.Deserialize(job.Request, BoundJsonContext.Default.BoundStatement) switch
        {
            BoundBackup { Snapshot: { } backup } => Backup(job, backup),
            BoundRestore { Snapshot: { } restore } => Restore(job, restore),
            _ => throw new InvalidOperationException(job.Type),
        };

    /// <summary>A time as these statements show it, in UTC; null for one that has not come.</summary>
    public static string? Show(DateTimeOffset? time) =>
        time?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static object?[] Backup(JobRecord job, SnapshotBackup snapshot) =>
    [
        job.Id, snapshot.Label, snapshot.Database, BackupState(job), List(snapshot.Objects), Show(job.Created),
        Show(TimeOf(job, JobPhases.Exporting)), Show(TimeOf(job, JobPhases.WritingManifest)), Show(job.Finished),
        .. Work(job), (long)snapshot.TimeoutSeconds,
    ];

    private static object?[] Restore(JobRecord job, SnapshotRestore snapshot) =>
    [
        job.Id, snapshot.Label, snapshot.Timestamp, snapshot.Destination, RestoreState(job),
        snapshot.AllowLoad ? "true" : "false", snapshot.ReplicationNum.ToString(CultureInfo.InvariantCulture),
        List(snapshot.Objects), Show(job.Created), Show(TimeOf(job, JobPhases.Reading)),
        Show(TimeOf(job, JobPhases.ObjectsMade)), Show(TimeOf(job, JobPhases.BuildingIndexes)), Show(job.Finished),
        .. Work(job), (long)snapshot.TimeoutSeconds,
    ];

    /// <summary>UnfinishedTasks, Progress, TaskErrMsg and Status.</summary>
    private static object?[] Work(JobRecord job)
    {
        var isOver = job.State.IsFinal();
        var progress = job.FractionCompleted.ToString("P0", CultureInfo.InvariantCulture)
            .Replace(" ", "", StringComparison.Ordinal);
        var error = job.State == JobState.Paused ? null : job.Error;
        return [isOver ? "" : job.RunningStatus ?? "", isOver ? "" : progress, error ?? "", StatusOf(job)];
    }

    private static string StatusOf(JobRecord job) => job.State switch
    {
        JobState.Canceled => "[CANCELLED, msg: cancelled by request]",
        JobState.Paused => Paused,
        JobState.Failed or JobState.RevertFailed when IsTimeout(job) => $"[TIMEOUT, msg: {job.Error}]",
        JobState.Failed or JobState.RevertFailed => $"[ERROR, msg: {job.Error}]",
        _ => "[OK]",
    };

    // No other error of a job that failed has this code: a cancelled one has not failed.
    private static bool IsTimeout(JobRecord job) =>
        job.Error?.StartsWith(SqlStates.QueryCanceled, StringComparison.Ordinal) == true;

    private static string BackupState(JobRecord job) => StateOf(job) ?? LastPhase(job) switch
    {
        JobPhases.OpeningSnapshot => "SNAPSHOTING",
        JobPhases.Exporting => job.FractionCompleted > 0 ? "UPLOADING" : "UPLOAD_SNAPSHOT",
        JobPhases.WritingManifest => "SAVE_META",
        JobPhases.Committing => "UPLOAD_INFO",
        _ => "PENDING",
    };

    private static string RestoreState(JobRecord job) => StateOf(job) ?? LastPhase(job) switch
    {
        JobPhases.Reading => "SNAPSHOTING",
        JobPhases.ObjectsMade => job.FractionCompleted > 0 ? "DOWNLOADING" : "DOWNLOAD",
        JobPhases.BuildingIndexes => "COMMIT",
        JobPhases.Publishing => "COMMITTING",
        _ => "PENDING",
    };

    /// <summary>The state where the phase does not matter; null while the job is at work.</summary>
    private static string? StateOf(JobRecord job) => job.State switch
    {
        JobState.Succeeded => "FINISHED",
        JobState.Canceled or JobState.Failed or JobState.RevertFailed => "CANCELLED",
        JobState.Paused => "PENDING", // resumed it begins anew
        _ => null,
    };

    private static string? LastPhase(JobRecord job) => job.Marks is { Count: > 0 } marks ? marks[^1].Name : null;

    private static DateTimeOffset? TimeOf(JobRecord job, string mark) =>
        job.Marks?.FirstOrDefault(m => m.Name == mark)?.Time;

    private static string List(IReadOnlyList<string> objects) =>
        objects.Count == 0 ? "*" : string.Join(", ", objects.Select(o => $"[{o}]"));

    private static IEnumerable<ResultColumn> Texts(params string[] names) =>
        names.Select(name => new ResultColumn(name, ResultType.String));
}
