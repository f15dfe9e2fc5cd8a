namespace Backup.Sql.Tuning;

/// <summary>All cluster settings.</summary>
internal static class SettingDefinitions
{
    public const string FileSize = "bulkio.backup.file_size";
    public const string ClockMaxOffset = "backup.clock_max_offset";
    public const string Compression = "backup.compression";
    public const string CompressionLevel = "backup.compression_level";
    public const string FullBackupWithSubdirectory = "backup.full_backup_with_subdir";
    public const string MemoryBudget = "backup.memory_budget";
    public const string Workers = "backup.workers";

    public const string ReadRate = "read.node_rate_limit";
    public const string ReadBurst = "read.node_burst_limit";
    public const string WriteRate = "write.node_rate_limit";
    public const string WriteBurst = "write.node_burst_limit";
    public const string UploadBuffers = "concurrent_upload_buffers";

    private const long KiB = 1L << 10;
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    private static readonly string[] Providers = ["azure", "file", "gs", "nodelocal", "s3", "userfile"];

    /// <summary>The settings in the order of their names.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        .. General().Concat(Providers.SelectMany(OfProvider))
            .OrderBy(setting => setting.Name, StringComparer.Ordinal),
    ];

    public static SettingDefinition? Find(string name) => All.FirstOrDefault(setting => setting.Name == name);

    /// <summary>The name of a provider's setting; null for schemes that have none.</summary>
    public static string? OfScheme(string scheme, string setting)
    {
        var provider = scheme is "azure-blob" or "azure-storage" ? "azure" : scheme;
        return Providers.Contains(provider) ? $"cloudstorage.{provider}.{setting}" : null;
    }

    private static IEnumerable<SettingDefinition> General()
    {
        yield return new(FileSize, SettingType.Size, "size, after compression, at which a data file is closed")
        {
            Minimum = 64 * KiB,
            Maximum = 16 * GiB,
        };
        yield return new(
            ClockMaxOffset, SettingType.Duration, "how far clocks may be apart; a shorter pause gives a notice")
        {
            Maximum = 60_000,
        };
        yield return new(Compression, SettingType.Enumeration, "codec of data files")
        {
            Words = ["zstd", "brotli", "none"],
        };
        yield return new(CompressionLevel, SettingType.Integer, "level of the codec: zstd 1 to 19, brotli 0 to 11")
        {
            Maximum = 19,
        };
        yield return new(
            FullBackupWithSubdirectory, SettingType.Boolean,
            "BACKUP INTO 'sub' IN writes a full backup where there is none");
        yield return new(MemoryBudget, SettingType.Size, "bytes of buffers that one job may hold")
        {
            Minimum = 16 * MiB,
            Maximum = 1024 * GiB,
        };
        yield return new(Workers, SettingType.Integer, "spans that a job works on at a time; 0: one per core")
        {
            Maximum = 1024,
        };
    }

    private static IEnumerable<SettingDefinition> OfProvider(string provider)
    {
        var prefix = $"cloudstorage.{provider}.";
        yield return Rate(ReadRate, "bytes read per second by all jobs of a host together; 0: no limit");
        yield return Burst(ReadBurst, "bytes read at once after a pause; 0: as many as one second allows");
        yield return Rate(WriteRate, "bytes written per second by all jobs of a host together; 0: no limit");
        yield return Burst(WriteBurst, "bytes written at once after a pause; 0: as many as one second allows");
        yield return new(
            prefix + UploadBuffers, SettingType.Integer, "parts that all jobs of a host upload at the same time")
        {
            Minimum = 1,
            Maximum = 1000,
        };

        SettingDefinition Rate(string name, string description) => new(prefix + name, SettingType.Size, description)
        {
            AllowsZero = true,
            Minimum = KiB,
            Maximum = 1024 * GiB,
        };

        SettingDefinition Burst(string name, string description) => new(prefix + name, SettingType.Size, description)
        {
            Maximum = 1024 * GiB,
        };
    }
}
