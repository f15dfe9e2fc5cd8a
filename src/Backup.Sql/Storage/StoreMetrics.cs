using System.Diagnostics;
using System.Diagnostics.Metrics;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>The instruments of the room. Every try of a call counts by itself.</summary>
internal static class StoreMetrics
{
    private static readonly Counter<long> Operations = Telemetry.Meter.CreateCounter<long>(
        "backupsql.store.operations", "{operation}", "Calls of object stores, by scheme and operation.");

    private static readonly Counter<long> Failures = Telemetry.Meter.CreateCounter<long>(
        "backupsql.store.errors", "{error}", "Calls of object stores that failed, by scheme, operation and code.");

    private static readonly Counter<long> Bytes = Telemetry.Meter.CreateCounter<long>(
        "backupsql.store.bytes", "By", "Bytes moved, by scheme and direction (read, write).");

    private static readonly Histogram<double> Durations = Telemetry.Meter.CreateHistogram<double>(
        "backupsql.store.duration", "s", "How long calls of object stores take, by scheme and operation.");

    public static void Record(string scheme, string operation, TimeSpan duration)
    {
        var tags = new TagList { { "scheme", scheme }, { "operation", operation } };
        Operations.Add(1, tags);
        Durations.Record(duration.TotalSeconds, tags);
    }

    public static void RecordFailure(string scheme, string operation, string code) => Failures.Add(
        1, new TagList { { "scheme", scheme }, { "operation", operation }, { "code", code } });

    public static void RecordBytes(string scheme, string direction, long count) => Bytes.Add(
        count, new TagList { { "scheme", scheme }, { "direction", direction } });
}
