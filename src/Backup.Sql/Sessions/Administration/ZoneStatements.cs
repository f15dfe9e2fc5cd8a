using Backup.Sql.Binding;
using Backup.Sql.Engines;

namespace Backup.Sql.Sessions.Administration;

/// <summary>Carries out CONFIGURE ZONE and SET/RESET (exclude_data_from_backup).</summary>
internal sealed class ZoneStatements(BackupHost host)
{
    public async Task<StatementResult> RunAsync(BoundConfigureZone zone, CancellationToken cancellationToken)
    {
        await ((IZoneConfiguration)host.Engines[zone.Engine])
            .SetHistoryRetentionAsync(zone.Database, zone.Table, zone.Retention, cancellationToken)
                .ConfigureAwait(false);
        return ResultSet.Empty("CONFIGURE ZONE", zone.Notices);
    }

    public async Task<StatementResult> RunAsync(BoundExcludeData exclude, CancellationToken cancellationToken)
    {
        await ((IZoneConfiguration)host.Engines[exclude.Engine])
            .SetDataExclusionAsync(exclude.Database, exclude.Table, exclude.IsExcluded, cancellationToken)
            .ConfigureAwait(false);
        return ResultSet.Empty("ALTER TABLE", exclude.Notices);
    }
}
