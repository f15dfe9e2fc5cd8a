using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions;

/// <summary>Carries out SHOW BACKUP VALIDATE: reads everything, says what is wrong, and notes a clean proof.</summary>
internal sealed class BackupValidation(BackupHost host, IProgress<JobProgress>? progress)
{
    private const int MostNotices = 10;

    private static readonly ResultColumn[] Columns =
    [
        new("validation_status", ResultType.String), new("path", ResultType.String), new("detail", ResultType.String),
    ];

    public async Task<StatementResult> RunAsync(
        BoundShowBackup show, Collection collection, string? subdirectory, CancellationToken cancellationToken)
    {
        var latest = subdirectory is null
            ? await host.Known.FindNewestFullAsync(show.Collection, cancellationToken).ConfigureAwait(false)
            : null;
        subdirectory ??= await collection.GetLatestAsync(evenDamaged: true, cancellationToken).ConfigureAwait(false)
            ?? latest?.Directory
            ?? throw Errors.NoFullBackup();
        var use = await BeginUseAsync(collection, subdirectory, cancellationToken).ConfigureAwait(false);
        await using var ending = use.ConfigureAwait(false);
        var known = await host.Known.OfChainAsync(
            show.Collection, show.IncrementalLocation, subdirectory, cancellationToken).ConfigureAwait(false);
        var report = await ValidateAsync(show, collection, subdirectory, known, cancellationToken)
            .ConfigureAwait(false);
        var findings = report.Findings.ToList();
        if (latest is not null && latest.Directory != subdirectory
            && await host.Known.FindLostAsync(
                show.Collection, show.IncrementalLocation, subdirectory, isLatest: true, EndOf(report),
                cancellationToken).ConfigureAwait(false) is { } lost && lost.LayerId == latest.LayerId)
        {
            findings.Add(new Finding(
                FindingStatus.Missing,
                CollectionLayout.Join(lost.Directory, CollectionLayout.Manifest),
                $"The registry knows {lost.Name} there, a newer full backup than the one that LATEST finds."));
        }

        var notices = new List<string>(show.Notices);
        if (show.Sample < 1)
        {
            notices.Add(
                $"a sample: {report.FilesRead} of {report.FilesListed} data files were read, which is no proof; "
                + "verified is left as it was");
        }

        if (subdirectory.Length > 0)
        {
            // What the registry misses is no leftover.
            var missed = known.Append(latest).Select(layer => layer?.Directory).ToHashSet();
            notices.AddRange(await LeftoversAsync(collection, subdirectory, report, missed, cancellationToken)
                .ConfigureAwait(false));
        }

        if (findings.Count == 0 && show.Sample >= 1 && subdirectory.Length > 0)
        {
            // A location of one backup has no place for notes. What is proved by now is proved.
            await host.Proofs.NoteAsync(
                show.Collection, [.. report.Layers.Select(layer => layer.Manifest.LayerId)], CancellationToken.None)
                .ConfigureAwait(false);
        }

        return Result(findings, notices);
    }

    private static StatementResult Result(List<Finding> findings, List<string> notices)
    {
        var rows = findings.OrderBy(finding => finding.Path, StringComparer.Ordinal)
            .ThenBy(finding => finding.Status, StringComparer.Ordinal)
            .Select(finding => new object?[] { finding.Status, finding.Path, finding.Detail })
            .Append(findings.Count == 0
                ? ["No problems found!", null, null]
                : ["ERROR: validation failed", null, findings.Count == 1 ? "1 finding" : $"{findings.Count} findings"])
            .ToList();
        return ResultSet.Of($"SHOW BACKUP {rows.Count}", Columns, rows, notices);
    }

    private static Catalog.HlcTimestamp EndOf(ValidationReport report) =>
        report.Layers.Select(layer => layer.End).DefaultIfEmpty().Max();

    private async Task<ValidationReport> ValidateAsync(
        BoundShowBackup show, Collection collection, string subdirectory, IReadOnlyList<KnownLayer> known,
        CancellationToken cancellationToken)
    {
        var tracker = new ProgressTracker(0, host.Options.TimeProvider, progress);
        tracker.Begin(JobPhases.Validating, 1);
        var request = new ValidationRequest
        {
            Subdirectory = subdirectory,
            Sample = show.Sample,
            Workers = host.Settings.Backup.EffectiveWorkers,
            Known = known,
            Listener = new Listener(tracker),
        };
        var report = await Verification.ValidateAsync(collection, request, host.Options.Random, cancellationToken)
            .ConfigureAwait(false);
        tracker.Finish();
        return report;
    }

    /// <summary>
    /// Nobody drops what is being validated: who sets out to after this sees the entry, and who did before is seen.
    /// </summary>
    private async Task<IAsyncDisposable> BeginUseAsync(
        Collection collection, string subdirectory, CancellationToken cancellationToken)
    {
        ManifestEnvelope envelope;
        try
        {
            envelope = await collection.ReadEnvelopeAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (
            error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat or SqlStates.UndefinedFile)
        {
            return NoUse.Instance; // What cannot be read cannot be needed; the validation will say what is wrong.
        }

        var use = await host.Uses.BeginAsync(envelope.LayerId, "SHOW BACKUP VALIDATE", cancellationToken)
            .ConfigureAwait(false);
        try
        {
            if (await collection.HasBackupAsync(subdirectory, cancellationToken).ConfigureAwait(false))
                return use;
            throw Errors.NoBackup(subdirectory);
        }
        catch
        {
            await use.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// What lies about and belongs to no backup and to no job. It makes no backup worse, so that it is told beside the
    /// findings.
    /// </summary>
    private async Task<IEnumerable<string>> LeftoversAsync(
        Collection collection, string subdirectory, ValidationReport report, HashSet<string?> missed,
        CancellationToken cancellationToken)
    {
        var notices = new List<string>();
        var increments = collection.Increments.Store;
        var survey = new CollectionSurvey(
            collection, increments == collection.Main ? [] : [new IncrementPlace("", increments)]);
        foreach (var layer in await survey.FindUnfinishedAsync(subdirectory, cancellationToken).ConfigureAwait(false))
        {
            if (!missed.Contains(layer.Directory)
                && !await IsAtWorkAsync(layer.Locks, cancellationToken).ConfigureAwait(false))
            {
                notices.Add($"'{layer.Directory}' has no manifest, and no job is at work there: what lies there is no "
                    + "finished backup");
            }
        }

        foreach (var layer in report.Layers)
        {
            var unlisted = await Verification.FindUnlistedAsync(layer, cancellationToken).ConfigureAwait(false);
            if (unlisted.Count > 0 && !await IsAtWorkAsync(
                await LocksAsync(layer, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false))
            {
                notices.Add($"{unlisted.Count} data files in '{layer.Directory}' belong to no backup: "
                    + $"{unlisted[0]}{(unlisted.Count > 1 ? " and others" : "")}");
            }
        }

        var tombstones = await collection.Tombstones.ReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var tombstone in tombstones.Values)
            notices.Add($"the drop of '{tombstone.Chain}' was broken off: the next DROP BACKUP finishes it");
        foreach (var name in await collection.Tombstones.ListDamagedAsync(cancellationToken).ConfigureAwait(false))
            notices.Add($"'{name}' is damaged: what it was to drop shows again as far as it is left");
        return notices.Count <= MostNotices
            ? notices
            : notices.Take(MostNotices).Append($"and {notices.Count - MostNotices} leftovers more");
    }

    private async Task<bool> IsAtWorkAsync(IReadOnlyList<string> locks, CancellationToken cancellationToken) =>
        locks.Count > 0 && await host.Uses.FindAsync([], locks, cancellationToken).ConfigureAwait(false) is not null;

    private static async Task<IReadOnlyList<string>> LocksAsync(ChainLayer layer, CancellationToken cancellationToken)
    {
        var request = new ListRequest { Prefix = layer.PathOf(CollectionLayout.LockPrefix) };
        return await layer.Store.ListAsync(request, cancellationToken)
            .Select(entry => entry.Name[request.Prefix.Length..]).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class NoUse : IAsyncDisposable
    {
        public static NoUse Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Passes on what the validation tells.</summary>
    private sealed class Listener(ProgressTracker tracker) : IValidationListener
    {
        public void Expect(int files, long bytes) => tracker.Expect(files, bytes);

        public void Read(long rows, long bytes, long storedBytes)
        {
            tracker.AddStored(storedBytes);
            tracker.Add(rows, bytes);
        }

        public void EndFile() => tracker.EndObject();
    }
}
