using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sessions.Expiry;

/// <summary>Carries out DROP BACKUP and DROP BACKUPS of a collection, or says what they would do.</summary>
/// <param name="host">The host.</param>
/// <param name="explain">True to delete nothing.</param>
internal sealed class ExpiryRunner(BackupHost host, bool explain)
{
    private static readonly ResultColumn[] Columns =
    [
        new("path", ResultType.String), new("end_time", ResultType.TimestampTz), new("action", ResultType.String),
        new("reason", ResultType.String),
    ];

    private readonly List<Verdict> _verdicts = [];

    public async Task<StatementResult> RunAsync(BoundDrop drop, CancellationToken cancellationToken)
    {
        var opened = await OpenedExpiry.OpenAsync(host, drop.Collection, explain, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        _verdicts.AddRange(await opened.FinishAsync(cancellationToken).ConfigureAwait(false));
        var notices = new List<string>();
        if (drop is BoundDropBackup one)
            await DropOneAsync(opened, one, notices, cancellationToken).ConfigureAwait(false);
        else
            await DropManyAsync(opened, (BoundDropBackups)drop, cancellationToken).ConfigureAwait(false);
        return Result(_verdicts, notices, explain);
    }

    /// <summary>What became of backups, as a result.</summary>
    public static StatementResult Result(
        IReadOnlyCollection<Verdict> verdicts, IReadOnlyList<string> notices, bool explain)
    {
        var rows = verdicts.OrderBy(verdict => verdict.Path, StringComparer.Ordinal)
            .Select(verdict => new object?[]
                { verdict.Path, verdict.End, verdict.IsDropped ? "dropped" : "kept", verdict.Reason });
        var tag = explain ? "EXPLAIN" : $"DROP BACKUPS {verdicts.Count(verdict => verdict.IsDropped)}";
        return ResultSet.Of(tag, Columns, rows, notices);
    }

    private async Task DropOneAsync(
        OpenedExpiry opened, BoundDropBackup drop, List<string> notices, CancellationToken cancellationToken)
    {
        var subdirectory = drop.Subdirectory is { } named ? CollectionLayout.Normalize(named)
            : await opened.Collection.HasBackupAsync("", cancellationToken).ConfigureAwait(false) ? ""
            : await opened.Collection.GetLatestAsync(cancellationToken).ConfigureAwait(false);
        var chain = subdirectory is null
            ? null
            : await opened.Survey.FindAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        if (chain is null)
        {
            if (_verdicts.Exists(verdict => verdict.Path == (subdirectory ?? opened.Location)))
                return; // An earlier drop had it in hand; it is finished now.
            if (!drop.IfExists)
                throw subdirectory is null ? Errors.NoFullBackup() : Errors.NoBackup(subdirectory);
            notices.Add($"there is no backup {subdirectory ?? "LATEST"}: nothing was dropped");
            return;
        }

        var snapshots = await opened.Survey.SnapshotsAsync(cancellationToken).ConfigureAwait(false);
        if (snapshots.TryGetValue(chain.Directory, out var label))
            throw Errors.DropsSnapshot(label);
        if (chain.KeepForever)
            throw Errors.KeptForever(opened.PathOf(chain.Directory));
        await opened.RequireNothingOnTopAsync(chain, null, cancellationToken).ConfigureAwait(false);
        if (await opened.IsOnlyOneThatRestoresAsync(chain, cancellationToken).ConfigureAwait(false))
            throw Errors.OnlyBackup(chain.Directory, opened.Location);
        var verdict = await opened.DropNamedAsync(chain, cancellationToken).ConfigureAwait(false);
        _verdicts.Add(verdict with { Path = opened.PathOf(verdict.Path) });
    }

    private async Task DropManyAsync(OpenedExpiry opened, BoundDropBackups drop, CancellationToken cancellationToken)
    {
        var chains = await opened.Survey.ListAsync(cancellationToken).ConfigureAwait(false);
        var verdicts = ExpiryRules.Judge(drop, chains, host.Options.TimeProvider.GetUtcNow());
        var newest = verdicts.Any(verdict => verdict.IsDropped)
            ? await opened.FindNewestAsync(chains, cancellationToken).ConfigureAwait(false)
            : null;
        foreach (var (chain, verdict) in chains.Zip(verdicts))
        {
            _verdicts.Add(!verdict.IsDropped ? verdict
                : chain == newest ? verdict with { IsDropped = false, Reason = "the newest that restores" }
                : await opened.DropAsync(chain, verdict, cancellationToken).ConfigureAwait(false));
        }
    }
}
