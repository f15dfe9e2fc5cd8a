using System.Diagnostics.Metrics;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Execution;

/// <summary>When backups last succeeded, for whoever watches that they do.</summary>
internal static class BackupMetrics
{
    private static readonly Gauge<long> LastSuccess = Telemetry.Meter.CreateGauge<long>(
        "backupsql.backup.last_success", "s",
        "Time that the last backup holds which was asked to say so, in seconds since 1970; per schedule where it has one.");

    /// <summary>A BACKUP with <c>updates_cluster_monitoring_metrics</c> is there.</summary>
    public static void Succeeded(DateTimeOffset end) => LastSuccess.Record(end.ToUnixTimeSeconds());

    /// <summary>A run of a schedule that publishes its success is there.</summary>
    public static void Succeeded(DateTimeOffset end, long schedule, string label) => LastSuccess.Record(
        end.ToUnixTimeSeconds(),
        new KeyValuePair<string, object?>("schedule_id", schedule),
        new KeyValuePair<string, object?>("schedule", label));
}
