using System.Globalization;
using Backup.Sql.Collections;
using Backup.Sql.Execution;
using Backup.Sql.State;
using Backup.Sql.Storage;
using Backup.Sql.Tuning;

namespace Backup.Sql.Sessions.Administration;

/// <summary>
/// The settings that count now: the host's, and over them what SET CLUSTER SETTING has put into the state store. They
/// are read again before every statement, so that a change by another process counts for the next one here.
/// </summary>
internal sealed class SettingsInForce
{
    private readonly SettingBook _book;
    private readonly BackupSettings _host;
    private readonly StoreOptions _stores;
    private volatile State _now;

    public SettingsInForce(IStateStore store, BackupSettings host, StoreOptions stores)
    {
        _book = new SettingBook(store);
        (_host, _stores) = (host, stores);
        _now = new State(new Dictionary<string, string>(), host);
    }

    public BackupSettings Backup => _now.Backup;

    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        var changed = await _book.ReadAsync(cancellationToken).ConfigureAwait(false);
        _now = new State(changed, changed.Count == 0 ? _host : Over(changed));
    }

    public async ValueTask WriteAsync(string name, string? value, CancellationToken cancellationToken)
    {
        await _book.WriteAsync(name, value, cancellationToken).ConfigureAwait(false);
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The care to be taken around the stores of a scheme.</summary>
    public StoreOptions StoresOf(string scheme)
    {
        var now = _now.Changed;
        return now.Count == 0 ? _stores : _stores with
        {
            ReadBytesPerSecond = Of(SettingDefinitions.ReadRate, _stores.ReadBytesPerSecond),
            ReadBurstBytes = Of(SettingDefinitions.ReadBurst, _stores.ReadBurstBytes),
            WriteBytesPerSecond = Of(SettingDefinitions.WriteRate, _stores.WriteBytesPerSecond),
            WriteBurstBytes = Of(SettingDefinitions.WriteBurst, _stores.WriteBurstBytes),
            ConcurrentUploads = (int)Of(SettingDefinitions.UploadBuffers, _stores.ConcurrentUploads),
        };

        long Of(string setting, long otherwise) =>
            SettingDefinitions.OfScheme(scheme, setting) is { } name && now.TryGetValue(name, out var value)
                ? Number(value)
                : otherwise;
    }

    /// <summary>A setting's value, without units: what was set, else the host's.</summary>
    public string ValueOf(SettingDefinition setting)
    {
        if (_now.Changed.TryGetValue(setting.Name, out var value))
            return value;
        return setting.Name switch
        {
            SettingDefinitions.FileSize => Text(_host.FileSize),
            SettingDefinitions.ClockMaxOffset => Text((long)_host.ClockMaxOffset.TotalMilliseconds),
            SettingDefinitions.Compression => Codec(_now.Backup).Codec.Name,
            SettingDefinitions.CompressionLevel => Text(Codec(_now.Backup).Level),
            SettingDefinitions.FullBackupWithSubdirectory => _host.FullBackupWithSubdirectory ? "true" : "false",
            SettingDefinitions.MemoryBudget => Text(_host.MemoryBudget),
            SettingDefinitions.Workers => Text(_host.Workers),
            _ => Text(OfStores(setting.Name)),
        };
    }

    private long OfStores(string name) =>
        name.EndsWith(SettingDefinitions.ReadRate, StringComparison.Ordinal) ? _stores.ReadBytesPerSecond
        : name.EndsWith(SettingDefinitions.ReadBurst, StringComparison.Ordinal) ? _stores.ReadBurstBytes
        : name.EndsWith(SettingDefinitions.WriteRate, StringComparison.Ordinal) ? _stores.WriteBytesPerSecond
        : name.EndsWith(SettingDefinitions.WriteBurst, StringComparison.Ordinal) ? _stores.WriteBurstBytes
        : _stores.ConcurrentUploads;

    private static BlockCompression Codec(BackupSettings settings) =>
        CompressionCodecs.Default.Choose(settings.Compression, settings.CompressionLevel);

    private BackupSettings Over(IReadOnlyDictionary<string, string> changed)
    {
        var codec = changed.GetValueOrDefault(SettingDefinitions.Compression, _host.Compression!);
        // The host's level belongs to the host's codec.
        var level = codec == _host.Compression ? _host.CompressionLevel : null;
        return _host with
        {
            FileSize = Of(SettingDefinitions.FileSize, _host.FileSize),
            ClockMaxOffset = TimeSpan.FromMilliseconds(
                Of(SettingDefinitions.ClockMaxOffset, (long)_host.ClockMaxOffset.TotalMilliseconds)),
            Compression = codec,
            CompressionLevel = changed.TryGetValue(SettingDefinitions.CompressionLevel, out var set)
                ? (int)Number(set)
                : level,
            FullBackupWithSubdirectory =
                changed.TryGetValue(SettingDefinitions.FullBackupWithSubdirectory, out var flag)
                    ? flag == "true"
                    : _host.FullBackupWithSubdirectory,
            MemoryBudget = Of(SettingDefinitions.MemoryBudget, _host.MemoryBudget),
            Workers = (int)Of(SettingDefinitions.Workers, _host.Workers),
        };

        long Of(string name, long otherwise) =>
            changed.TryGetValue(name, out var value) ? Number(value) : otherwise;
    }

    private static long Number(string value) => long.Parse(value, CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record State(IReadOnlyDictionary<string, string> Changed, BackupSettings Backup);
}
