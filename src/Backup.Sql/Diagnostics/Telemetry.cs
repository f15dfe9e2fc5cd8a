using System.Diagnostics.Metrics;

namespace Backup.Sql.Diagnostics;

/// <summary>The one meter of the library; each room makes its own instruments from it.</summary>
internal static class Telemetry
{
    public static Meter Meter { get; } = new("Backup.Sql");
}
