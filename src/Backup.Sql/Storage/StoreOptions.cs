using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// The care taken around a store: how failed calls are tried again and how much of it is used at once. Limits count for
/// all stores of one scheme in a process together.
/// </summary>
public sealed record StoreOptions
{
    private const int LeastRate = 1024;

    /// <summary>How often a call is tried before its error counts. Default 6; 1 to 100, 1 meaning no retry.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>
    /// Pause before the second try; it doubles with each further one, and half of each is left to chance, so that
    /// many clients of a store that failed do not come back at the same moment. Default 200 ms; 0 to 1 minute.
    /// </summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between two tries. Default 10 s; <see cref="FirstRetryDelay"/> to 10 minutes.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// No try starts later than this after the first one, except the second, which always gets its chance. Default
    /// 2 minutes; 0 to 1 day.
    /// </summary>
    public TimeSpan MaxRetryTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Bytes read per second (<c>read.node_rate_limit</c>). Default 0, no limit; else at least 1024.
    /// </summary>
    public long ReadBytesPerSecond { get; init; }

    /// <summary>
    /// Bytes read at once after a pause (<c>read.node_burst_limit</c>). Default 0, as many as one second allows.
    /// </summary>
    public long ReadBurstBytes { get; init; }

    /// <summary>
    /// Bytes written per second (<c>write.node_rate_limit</c>). Default 0, no limit; else at least 1024.
    /// </summary>
    public long WriteBytesPerSecond { get; init; }

    /// <summary>
    /// Bytes written at once after a pause (<c>write.node_burst_limit</c>). Default 0, as many as one second allows.
    /// </summary>
    public long WriteBurstBytes { get; init; }

    /// <summary>
    /// Parts written at the same time (<c>concurrent_upload_buffers</c>). Default 4; 1 to 1000.
    /// </summary>
    public int ConcurrentUploads { get; init; } = 4;

    /// <summary>Calls under way at once. Default 32; 0 to 10 000, 0 meaning no limit.</summary>
    public int MaxConcurrency { get; init; } = 32;

    internal void Check()
    {
        Require(MaxAttempts is >= 1 and <= 100, nameof(MaxAttempts), "1 to 100");
        Require(
            FirstRetryDelay >= TimeSpan.Zero && FirstRetryDelay <= TimeSpan.FromMinutes(1),
            nameof(FirstRetryDelay),
            "0 to 1 minute");
        Require(
            MaxRetryDelay >= FirstRetryDelay && MaxRetryDelay <= TimeSpan.FromMinutes(10),
            nameof(MaxRetryDelay),
            "the first delay to 10 minutes");
        Require(
            MaxRetryTime >= TimeSpan.Zero && MaxRetryTime <= TimeSpan.FromDays(1),
            nameof(MaxRetryTime),
            "0 to 1 day");
        Require(ReadBytesPerSecond is 0 or >= LeastRate, nameof(ReadBytesPerSecond), "0, or 1024 and more");
        Require(ReadBurstBytes >= 0, nameof(ReadBurstBytes), "0 and more");
        Require(WriteBytesPerSecond is 0 or >= LeastRate, nameof(WriteBytesPerSecond), "0, or 1024 and more");
        Require(WriteBurstBytes >= 0, nameof(WriteBurstBytes), "0 and more");
        Require(ConcurrentUploads is >= 1 and <= 1000, nameof(ConcurrentUploads), "1 to 1000");
        Require(MaxConcurrency is >= 0 and <= 10_000, nameof(MaxConcurrency), "0 to 10 000");
    }

    private static void Require(bool holds, string option, string range)
    {
        if (!holds)
            throw Errors.StoreOptionOutOfRange(option, range);
    }
}
