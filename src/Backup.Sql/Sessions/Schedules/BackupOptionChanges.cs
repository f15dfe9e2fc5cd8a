using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Schedules;

/// <summary>What SET WITH makes of the options of a schedule's backups.</summary>
internal static class BackupOptionChanges
{
    /// <summary>Sets the options that are given; an empty string takes one away.</summary>
    public static BackupOptions Apply(BackupOptions options, BackupOptions change) => options with
    {
        RevisionHistory = change.RevisionHistory ?? options.RevisionHistory,
        EncryptionPassphrase = Text(options.EncryptionPassphrase, change.EncryptionPassphrase),
        Kms = Locations(options.Kms, change.Kms),
        IncrementalLocation = Locations(options.IncrementalLocation, change.IncrementalLocation),
        ExecutionLocality = Text(options.ExecutionLocality, change.ExecutionLocality),
        IncludeAllVirtualClusters = change.IncludeAllVirtualClusters ?? options.IncludeAllVirtualClusters,
        UpdatesClusterMonitoringMetrics =
            change.UpdatesClusterMonitoringMetrics ?? options.UpdatesClusterMonitoringMetrics,
        StrictStorageLocality = change.StrictStorageLocality || options.StrictStorageLocality,
        RevisionStream = change.RevisionStream || options.RevisionStream,
        Pause = change.Pause ?? options.Pause,
        PauseWait = Text(options.PauseWait, change.PauseWait),
        Name = Text(options.Name, change.Name),
        Labels = Text(options.Labels, change.Labels),
        Compression = Text(options.Compression, change.Compression),
        CompressionLevel = change.CompressionLevel ?? options.CompressionLevel,
    };

    private static StringOrPlaceholder? Text(StringOrPlaceholder? old, StringOrPlaceholder? change) => change switch
    {
        null => old,
        StringLiteral { Value: "" } => null,
        _ => change,
    };

    private static ValueList<StringOrPlaceholder> Locations(
        ValueList<StringOrPlaceholder> old, ValueList<StringOrPlaceholder> change) => change switch
    {
        { IsEmpty: true } => old,
        [StringLiteral { Value: "" }] => [],
        _ => change,
    };
}
