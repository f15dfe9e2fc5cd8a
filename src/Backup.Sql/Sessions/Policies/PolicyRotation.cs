using Backup.Sql.Collections;
using Backup.Sql.Sessions.Expiry;
using Backup.Sql.Sessions.Registry;
using Backup.Sql.State;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Policies;

/// <summary>Notes by which cycles a policy's backups of a database are retained, and drops the others.</summary>
internal sealed class PolicyRotation(BackupHost host)
{
    public async Task RunAsync(PolicyRecord policy, string database, CancellationToken cancellationToken)
    {
        if (policy.Retain.Count == 0)
            return;
        var backups = (await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false))
            .Where(backup => backup.Value is { State: BackupState.Succeeded, Databases: [var one] }
                && backup.Value.Policy == policy.Name && one == database)
            .ToList();
        var kept = Rotation.Keep(
            backups, TimeOf, [.. policy.Retain.Select(rule => new RetentionRule(rule.Cycle, rule.Count))]);
        foreach (var backup in backups)
            await NoteAsync(backup, kept, cancellationToken).ConfigureAwait(false);

        // The newest stays in any case: it is what one would restore, and the next run decides again.
        var newest = backups.MaxBy(TimeOf);
        var dropped = backups.Where(backup => !kept.ContainsKey(backup) && backup != newest
            && !backup.Value.Labels.Contains(LayerNote.KeepForeverLabel, StringComparer.Ordinal));
        foreach (var collection in dropped.Where(backup => backup.Value.Collection is not null)
            .GroupBy(backup => backup.Value.Collection!, StringComparer.Ordinal))
            await DropAsync(collection.Key, [.. collection], cancellationToken).ConfigureAwait(false);
    }

    private static DateTimeOffset TimeOf(Stored<RegisteredBackup> backup) =>
        backup.Value.End?.ToDateTimeOffset() ?? backup.Value.Created;

    private async Task NoteAsync(
        Stored<RegisteredBackup> backup,
        IReadOnlyDictionary<Stored<RegisteredBackup>, IReadOnlyList<RetentionCycle>> kept,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<string> cycles = kept.TryGetValue(backup, out var found)
            ? [.. found.Select(cycle => cycle.ToString().ToLowerInvariant())]
            : [];
        if (!backup.Value.RetainedAs.SequenceEqual(cycles, StringComparer.Ordinal))
        {
            await host.Registry.UpdateAsync(backup.Key, seen => seen with { RetainedAs = cycles }, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Drops chains that hold nothing but such backups. Where somebody has put others on top, or reads one, it stays,
    /// and the next run looks again.
    /// </summary>
    private async Task DropAsync(
        string location, List<Stored<RegisteredBackup>> backups, CancellationToken cancellationToken)
    {
        var opened = await OpenedExpiry.OpenAsync(host, location, explain: false, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        await opened.FinishAsync(cancellationToken).ConfigureAwait(false);
        var ids = backups.Select(backup => backup.Value.LayerId!).ToHashSet(StringComparer.Ordinal);
        foreach (var directory in backups.Select(backup => backup.Value.Chain!).Distinct(StringComparer.Ordinal))
        {
            var chain = await opened.Survey.FindAsync(directory, cancellationToken).ConfigureAwait(false);
            if (chain is null)
            {
                foreach (var gone in backups.Where(backup => backup.Value.Chain == directory))
                    await host.Registry.RemoveAsync(gone.Key).ConfigureAwait(false);
            }
            else if (!chain.KeepForever && !chain.IsDamaged && chain.LayerIds.All(ids.Contains)
                && !await opened.IsOnlyOneThatRestoresAsync(chain, cancellationToken).ConfigureAwait(false))
            {
                await opened.DropAsync(chain, Verdict.Of(chain, true, "no cycle keeps it"), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }
}
