namespace Backup.Sql.Execution;

/// <summary>How far a job is. Reported a few times per second at most, and once at the end of every phase.</summary>
public sealed record JobProgress
{
    /// <summary>The job; 0 for SHOW BACKUP VALIDATE, which is none.</summary>
    public required long JobId { get; init; }

    /// <summary>
    /// What it is doing, for people: <c>exporting</c>, <c>ingesting</c>, <c>building indexes</c>, <c>publishing</c>,
    /// <c>validating</c>.
    /// </summary>
    public required string Phase { get; init; }

    /// <summary>The object being worked on, for people; null between objects.</summary>
    public string? Object { get; init; }

    /// <summary>Spaces (tables or databases) finished in this phase.</summary>
    public int ObjectsDone { get; init; }

    /// <summary>Spaces in this phase.</summary>
    public int ObjectsTotal { get; init; }

    /// <summary>Rows or pages gone through so far.</summary>
    public long RowsDone { get; init; }

    /// <summary>Bytes before compression gone through so far.</summary>
    public long BytesDone { get; init; }

    /// <summary>Bytes before compression expected in all; an estimate.</summary>
    public long BytesTotal { get; init; }

    /// <summary>Bytes written to, or read from, the store so far.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Time since the job started.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Bytes per second, over the phase so far.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Time until the phase ends if the rate holds; null while unknown.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Share of the job that is done, from 0 to 1; never goes back.</summary>
    public double Fraction { get; init; }
}
