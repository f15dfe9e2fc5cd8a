namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>One run of one measurement.</summary>
/// <param name="Wall">From the start of the process to its end.</param>
/// <param name="Statement">The part of it that the statement took; the same for other tools.</param>
/// <param name="Cpu">User and system time.</param>
/// <param name="PeakBytes">Peak of resident memory.</param>
/// <param name="StoredBytes">What it wrote.</param>
internal sealed record Sample(TimeSpan Wall, TimeSpan Statement, TimeSpan Cpu, long PeakBytes, long StoredBytes);
