using System.Text.Json;
using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>The rows of SHOW SNAPSHOT.</summary>
internal sealed class SnapshotReport(BackupHost host)
{
    private static readonly ResultColumn[] ListColumns =
        [new("Snapshot", ResultType.String), new("Timestamp", ResultType.String), new("Status", ResultType.String)];

    private static readonly ResultColumn[] DetailColumns =
    [
        new("Snapshot", ResultType.String), new("Timestamp", ResultType.String), new("Database", ResultType.String),
        new("Details", ResultType.String), new("Status", ResultType.String),
    ];

    private readonly SnapshotJobs _jobs = new(host);

    /// <param name="show">Which ones.</param>
    /// <param name="filter">ORDER BY and LIMIT; its WHERE has become a part of <paramref name="show"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<StatementResult> RunAsync(
        BoundShowSnapshots show, RowFilter filter, CancellationToken cancellationToken)
    {
        var repository = await _jobs.Repositories.GetAsync(show.Repository, cancellationToken).ConfigureAwait(false);
        var opened = await host.Collections.OpenAsync(repository.Location, null, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var snapshots = opened.Collection.Snapshots;
        var rows = new List<object?[]>();
        if (show.Label is null)
        {
            foreach (var entry in await snapshots.ListAsync(whole: true, cancellationToken).ConfigureAwait(false))
                rows.Add(
                    [entry.Label, entry.Timestamp, await StatusAsync(entry, cancellationToken).ConfigureAwait(false)]);
        }
        else if (await snapshots.FindAsync(show.Label, whole: true, cancellationToken).ConfigureAwait(false)
            is { } entry && (show.Timestamp is null || entry.Is(show.Timestamp)))
        {
            rows.Add(await DetailsAsync(opened.Collection, entry, cancellationToken).ConfigureAwait(false));
        }

        return ShownRows.Filter(
            "SHOW SNAPSHOT", show.Label is null ? ListColumns : DetailColumns, rows, filter with { Where = null },
            host.Options.TimeProvider.GetUtcNow());
    }

    private async Task<string> StatusAsync(SnapshotEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Problem is { } problem)
            return "ERROR: " + problem;
        if (entry.IsFinished)
            return "OK";
        return await _jobs.IsAliveAsync(entry.Reservation!, cancellationToken).ConfigureAwait(false)
            ? $"not finished: job {entry.Reservation!.Job} is at work"
            : $"ERROR: job {entry.Reservation!.Job} left it unfinished";
    }

    private async Task<object?[]> DetailsAsync(
        Collection collection, SnapshotEntry entry, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(entry, cancellationToken).ConfigureAwait(false);
        string? details = null;
        if (entry.IsFinished)
        {
            try
            {
                var chain = await collection.LoadChainAsync(entry.Reservation!.Directory, cancellationToken)
                    .ConfigureAwait(false);
                details = JsonSerializer.Serialize(DetailsOf(chain), SnapshotJsonContext.Default.SnapshotDetails);
            }
            catch (BackupSqlException error)
                when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
            {
                status = $"ERROR: {error.SqlState}: {error.Message}";
            }
        }

        return [entry.Label, entry.Timestamp, entry.Reservation?.Database, details, status];
    }

    private static SnapshotDetails DetailsOf(Chain chain)
    {
        var manifest = chain.Full.Manifest;
        var figures = manifest.Statistics.ToDictionary(f => f.TableId);
        return new SnapshotDetails(
            chain.Subdirectory, manifest.ClusterId, manifest.Snapshot!.Expires,
            [.. manifest.Objects.Where(o => o is TableDescriptor or ViewDescriptor or FunctionDescriptor)
                .Select(o => ItemOf(o, figures.GetValueOrDefault(o.Id), manifest))]);
    }

    private static SnapshotDetails.Item ItemOf(ObjectDescriptor o, TableFigures? figures, BackupManifest manifest)
    {
        var type = o switch
        {
            TableDescriptor => "table",
            ViewDescriptor { Materialized: true } => "materialized view",
            ViewDescriptor => "view",
            _ => "function",
        };
        var written = manifest.Spaces.Select(entry => entry.Space).OfType<TableSpace>()
            .Where(space => space.TableId == o.Id && space.Database == o.Database)
            .Select(space => space.Partition).ToHashSet(StringComparer.Ordinal);
        var partitions = (o as TableDescriptor)?.Partitions.Where(written.Contains).ToList() ?? [];
        return new SnapshotDetails.Item(type, o.Name)
        {
            Partitions = partitions.Count > 0 ? partitions : null,
            Rows = figures?.Rows,
            SizeBytes = figures?.Bytes,
        };
    }
}
