using System.Text.Json;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.State;

namespace Backup.Sql.Execution;

/// <summary>
/// The part of the state store that backups carry: of a cluster all users, roles, grants and schedules, of databases
/// and tables the grants on them. Zone settings are the engines' and come with the databases. Locations, keys, jobs and
/// settings stay where they are.
/// </summary>
/// <param name="store">The state store.</param>
/// <param name="kinds">The kinds of entries, in the order in which they are shown and come back.</param>
/// <param name="userKind">The kind that <see cref="SystemKind.UserOf"/> names entries of.</param>
internal sealed class SystemSpace(IStateStore store, IReadOnlyList<SystemKind> kinds, string userKind)
{
    public IReadOnlyList<SystemKind> Kinds => kinds;

    public async Task<IReadOnlyList<SystemEntry>> ReadAsync(BackupScope scope, CancellationToken cancellationToken)
    {
        var entries = new List<SystemEntry>();
        foreach (var kind in kinds)
        {
            foreach (var entry in await store.ListAsync(kind.Kind, cancellationToken).ConfigureAwait(false))
            {
                var value = Parse(entry.Value);
                if (scope.IsCluster || kind.BelongsTo(value, scope))
                    entries.Add(new SystemEntry(kind.Kind, entry.Key, kind.Carried(value)));
            }
        }

        return entries;
    }

    /// <summary>
    /// Adds the entries that are missing, all of them or none; what is there already stays as it is.
    /// </summary>
    /// <param name="entries">Out of the backup.</param>
    /// <param name="wanted">The kinds that are to come back.</param>
    /// <param name="names">What was restored under which name; null for a whole cluster.</param>
    /// <param name="commit">Commits them, and notes that they were added; false when somebody came between.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task AddAsync(
        IReadOnlyList<SystemEntry> entries, IReadOnlyList<string> wanted, RestoredNames? names,
        Func<IReadOnlyList<StateChange>, CancellationToken, ValueTask<bool>> commit,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var missing = new Dictionary<(string, string), StateChange>();
            foreach (var kind in kinds.Where(kind => wanted.Contains(kind.Kind, StringComparer.Ordinal)))
            {
                foreach (var entry in entries.Where(entry => entry.Kind == kind.Kind))
                {
                    if (await MissingAsync(kind, entry, names, missing.ContainsKey, cancellationToken)
                        .ConfigureAwait(false) is { } change)
                        missing.TryAdd((change.Kind, change.Key), change);
                }
            }

            if (missing.Count == 0
                || await commit([.. missing.Values], cancellationToken).ConfigureAwait(false))
                return;
        }
    }

    /// <summary>Removes what was added, but for what somebody has changed since.</summary>
    public async Task RemoveAsync(IReadOnlyList<AddedEntry> added)
    {
        foreach (var (kind, key, digest) in added)
        {
            if (await store.GetAsync(kind, key).ConfigureAwait(false) is { } entry
                && JobTurn.DigestOf(entry.Value) == digest)
                await store.TryCommitAsync([new StateChange(kind, key, entry.Version, null)]).ConfigureAwait(false);
        }
    }

    private async ValueTask<StateChange?> MissingAsync(
        SystemKind kind, SystemEntry entry, RestoredNames? names, Func<(string, string), bool> isComing,
        CancellationToken cancellationToken)
    {
        if (kind.Restored(entry, names) is not { } restored)
            return null;
        if (kind.UserOf(restored.Value) is { } user && !isComing((userKind, user))
            && await store.GetAsync(userKind, user, cancellationToken).ConfigureAwait(false) is null)
            return null;
        return await store.GetAsync(restored.Kind, restored.Key, cancellationToken).ConfigureAwait(false) is null
            ? new StateChange(
                restored.Kind, restored.Key, 0,
                JsonSerializer.SerializeToUtf8Bytes(restored.Value, SystemJsonContext.Default.JsonElement))
            : null;
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value);
        return document.RootElement.Clone();
    }
}
