namespace Backup.Sql.Execution;

/// <summary>What a host may tune; every value has a default that suits most.</summary>
public sealed record BackupSettings
{
    /// <summary>
    /// Codec of data files: <c>zstd</c>, <c>brotli</c> or <c>none</c>. Default: null, zstd, or Brotli on a machine
    /// without libzstd.
    /// </summary>
    public string? Compression { get; init; }

    /// <summary>
    /// Level of that codec; a statement that names another codec gets that one's own default. Default: null, the
    /// codec's own (zstd 1). Zstd takes 1 to 19, Brotli 0 to 11.
    /// </summary>
    public int? CompressionLevel { get; init; }

    /// <summary>
    /// Bytes, after compression, at which a data file is closed and the next begins. Default 128 MiB.
    /// </summary>
    public long FileSize { get; init; } = 128L << 20;

    /// <summary>How many spans are worked on at a time. Default 0: one per core.</summary>
    public int Workers { get; init; }

    /// <summary>
    /// Bytes of buffers that one job may hold. Default 96 MiB; workers are fewer where it does not suffice.
    /// </summary>
    public long MemoryBudget { get; init; } = 96L << 20;

    /// <summary>
    /// True to let BACKUP INTO 'sub' IN write a full backup where there is none. Default false: an error.
    /// </summary>
    public bool FullBackupWithSubdirectory { get; init; }

    /// <summary>
    /// How far clocks of hosts and stores may be apart. Half of a shorter pause than twice this gives a notice. Default
    /// 500 ms.
    /// </summary>
    public TimeSpan ClockMaxOffset { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a running job belongs to its host without a sign of life; then another host that shares the state store
    /// goes on with it. Default 30 s; renewed three times as often.
    /// </summary>
    public TimeSpan JobLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the records of finished jobs are kept. Default 14 days.</summary>
    public TimeSpan JobRetention { get; init; } = TimeSpan.FromDays(14);

    /// <summary>
    /// Time after which a backup notes what it has finished, so that it goes on from there after a crash. Default 1
    /// min.
    /// </summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Stored bytes after which it does so although the time is not up. Default 1 GiB.</summary>
    public long CheckpointBytes { get; init; } = 1L << 30;

    /// <summary>The number of workers that cores and memory allow; at least one.</summary>
    internal int EffectiveWorkers
    {
        get
        {
            const long BytesPerWorker = 12L << 20;
            var wanted = Workers > 0 ? Workers : Environment.ProcessorCount;
            return (int)Math.Clamp(MemoryBudget / BytesPerWorker, 1, wanted);
        }
    }
}
