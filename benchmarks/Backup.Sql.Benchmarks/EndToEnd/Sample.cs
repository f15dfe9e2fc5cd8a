namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>One run of one measurement.</summary>
/// <param name="Wall">How long it took.</param>
/// <param name="Cpu">User and system time.</param>
/// <param name="PeakBytes">Peak of resident memory, of the whole process in any case.</param>
/// <param name="StoredBytes">What it wrote.</param>
internal sealed record Sample(TimeSpan Wall, TimeSpan Cpu, long PeakBytes, long StoredBytes);
