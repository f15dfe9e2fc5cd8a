using Backup.Sql.State;

namespace Backup.Sql.Tuning;

/// <summary>The cluster settings in the state store: only those that were set.</summary>
internal sealed class SettingBook(IStateStore store)
{
    private readonly StateTable<SettingRecord> _settings =
        new(store, "setting", TuningJsonContext.Default.SettingRecord);

    public async ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        var all = await _settings.ListAsync(cancellationToken).ConfigureAwait(false);
        return all.ToDictionary(stored => stored.Key, stored => stored.Value.Value, StringComparer.Ordinal);
    }

    /// <summary>Sets a setting, or forgets what was set.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="value">Its value; null for the host's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask WriteAsync(string name, string? value, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = await _settings.FindAsync(name, cancellationToken).ConfigureAwait(false);
            var done = (seen, value) switch
            {
                (null, null) => true,
                (null, { }) => await _settings.TryAddAsync(name, new SettingRecord(name, value), cancellationToken)
                    .ConfigureAwait(false),
                ({ }, null) => await _settings.TryRemoveAsync(seen, cancellationToken).ConfigureAwait(false),
                _ => await _settings.TryReplaceAsync(seen, new SettingRecord(name, value), cancellationToken)
                    .ConfigureAwait(false),
            };
            if (done)
                return;
        }
    }
}
