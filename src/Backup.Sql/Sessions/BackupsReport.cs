using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sessions;

/// <summary>The rows of SHOW BACKUPS.</summary>
internal sealed class BackupsReport(CollectionOpener collections)
{
    /// <summary>Rows shown unless both bounds of the time are given.</summary>
    private const int MostRows = 50;

    private static readonly ResultColumn[] PathColumns = [new("path", ResultType.String)];

    private static readonly ResultColumn[] IdColumns =
        [new("id", ResultType.String), new("backup_time", ResultType.TimestampTz)];

    private static readonly ResultColumn VerifiedColumn = new("verified", ResultType.TimestampTz);

    public async Task<StatementResult> RunAsync(BoundShowBackups show, CancellationToken cancellationToken)
    {
        var opened = await collections.OpenAsync(show.Collection, null, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var collection = opened.Collection;
        var paths = await collection.ListBackupsAsync(cancellationToken).ConfigureAwait(false);
        if (!show.WithIds)
            return ResultSet.Of(
                $"SHOW BACKUPS {paths.Count}", PathColumns, paths.Select(path => new object?[] { path }));

        var layers = new List<FoundLayer>();
        foreach (var path in paths)
        {
            var chain = await collection.FindListedLayersAsync(path, cancellationToken).ConfigureAwait(false);
            layers.AddRange(chain.Where(layer => Matches(layer.End, show)));
        }

        layers.Sort((left, right) => right.End.CompareTo(left.End));
        var notices = new List<string>(show.Notices);
        if (layers.Count > MostRows && (show.NewerThan is null || show.OlderThan is null))
        {
            notices.Add($"only the newest {MostRows} of {layers.Count} backups are shown; give NEWER THAN and OLDER THAN to see others");
            layers.RemoveRange(MostRows, layers.Count - MostRows);
        }

        var noted = await collection.Notes.ListAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<object?[]>();
        foreach (var layer in layers)
        {
            object?[] row = [BackupIds.Of(layer), layer.End.ToDateTimeOffset()];
            if (show.WithRevisionStart)
                row = [.. row, layer.Envelope.RevisionStart?.ToDateTimeOffset()];
            var verified = noted.Contains(layer.LayerId)
                ? await VerifiedAsync(collection, layer, cancellationToken).ConfigureAwait(false)
                : null;
            rows.Add([.. row, verified]);
        }

        return ResultSet.Of(
            $"SHOW BACKUPS {layers.Count}",
            show.WithRevisionStart
                ? [.. IdColumns, new ResultColumn("revision_start_time", ResultType.TimestampTz), VerifiedColumn]
                : [.. IdColumns, VerifiedColumn],
            rows,
            notices);
    }

    /// <summary>When a restore or a validation last proved a layer; null if that is not known.</summary>
    private static async Task<DateTimeOffset?> VerifiedAsync(
        Collection collection, FoundLayer layer, CancellationToken cancellationToken)
    {
        try
        {
            return (await collection.Notes.ReadAsync(layer.LayerId, cancellationToken).ConfigureAwait(false))
                .Verified;
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.DataCorrupted)
        {
            return null; // The list is about backups, and a damaged note makes none worse; VALIDATE names it.
        }
    }

    private static bool Matches(HlcTimestamp end, BoundShowBackups show) =>
        (show.NewerThan is not { } newer || end > newer) && (show.OlderThan is not { } older || end < older);
}
