using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// Changes what opens a chain. The chain's key stays what it is, and no data is touched: another key object is put, the
/// next in number, which says everything. Where a passphrase is dropped the earlier objects are deleted after that, so
/// that whatever is interrupted leaves a chain that opens, and running it again finishes it.
/// </summary>
/// <param name="store">The store of the chain's full layer.</param>
/// <param name="directory">The directory of the full layer.</param>
/// <param name="envelope">The envelope of the full layer.</param>
/// <param name="random">Gives salts and nonces.</param>
internal sealed class KeyChanges(
    IObjectStore store, string directory, ManifestEnvelope envelope, IRandomSource random)
{
    private readonly KeyObjects _objects = new(store, directory);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Slot, string Passphrase), bool> _tried = [];
    private readonly StretchBudget _budget = new();

    /// <summary>Makes changes, all of them or, when one is refused, none.</summary>
    /// <param name="changes">The changes, in order.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">BS005 a key does not fit; 55000 nothing would open the chain any more, or
    /// nothing can be deleted there; XX001 a key object is damaged; 54000 too many keys.</exception>
    public async Task ApplyAsync(IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        var drops = changes.Any(change => change.Dropped is not null);
        if (drops && store.Capabilities.HasFlag(StoreCapabilities.ObjectLock))
            throw Errors.KeysAreLocked(directory);
        foreach (var change in changes.Where(change => change.Old is not null))
            await change.Old!.FindAsync(envelope, store, directory, cancellationToken).ConfigureAwait(false);

        var before = await ReadAsync(drops, cancellationToken).ConfigureAwait(false);
        foreach (var passphrase in changes.Select(change => change.Dropped).OfType<string>())
        {
            if (!before.Any(one => one.Keys.Passphrases.Any(
                slot => Opens(slot, passphrase, one.Name, cancellationToken))))
                throw Errors.WrongPassphrase(directory, before.Any(one => one.Keys.Passphrases.Any()));
        }

        var slots = await ChangedAsync(before[0], changes, cancellationToken).ConfigureAwait(false);
        var newest = before[0].Name;
        if (!slots.SequenceEqual(before[0].Keys.Slots))
        {
            newest = await _objects.AddAsync(
                async (number, token) =>
                {
                    before = await ReadAsync(drops, token).ConfigureAwait(false);
                    slots = await ChangedAsync(before[0], changes, token).ConfigureAwait(false);
                    return before[0].Keys with { Number = number, Slots = slots };
                },
                cancellationToken).ConfigureAwait(false);
        }

        if (!drops)
            return;
        var earlier = before.Select(one => one.Name).Union(_gone).Where(name => name != newest);
        await DeleteAsync(earlier, cancellationToken).ConfigureAwait(false);
    }

    // What seemed to be gone is deleted too: it may have been there, and opened the chain.
    private async Task DeleteAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            try
            {
                await store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            }
            catch (BackupSqlException error)
            {
                throw Errors.PassphraseStillOpens(directory, name, error);
            }
        }
    }

    /// <summary>
    /// Reads the chain's objects, the newest first. The newest says what counts, so it must be read; where a passphrase
    /// is dropped all must be, for one that is passed over now would go on opening the chain.
    /// </summary>
    private async Task<IReadOnlyList<(string Name, KeyObject Keys)>> ReadAsync(
        bool all, CancellationToken cancellationToken)
    {
        var found = new List<(string Name, KeyObject Keys)>();
        var isNewest = true;
        foreach (var name in await _objects.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var keys = await ReadAsync(name, all || isNewest, cancellationToken).ConfigureAwait(false);
            if (keys is null)
                _gone.Add(name);
            if (keys is null && isNewest)
                throw Errors.CollectionChanged();
            isNewest = false;
            if (keys is not null && keys.ChainId == envelope.ChainId
                && (envelope.KeyCheck is null || keys.Check.AsSpan().SequenceEqual(envelope.KeyCheck)))
                found.Add((name, keys));
        }

        return found.Count > 0
            ? found
            : await _objects.LoadAsync(envelope.ChainId, envelope.KeyCheck, cancellationToken).ConfigureAwait(false);
    }

    // One that is listed and gone was dropped by somebody else, or is still listed: then the newest is not it.
    private async Task<KeyObject?> ReadAsync(string name, bool isNeeded, CancellationToken cancellationToken)
    {
        try
        {
            return await _objects.ReadAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (
            !isNeeded && (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat))
        {
            return null;
        }
    }

    // The newest object counts: what it leaves out was dropped, whatever of the older ones is still there.
    private async Task<IReadOnlyList<KeySlot>> ChangedAsync(
        (string Name, KeyObject Keys) newest, IReadOnlyList<KeyChange> changes, CancellationToken cancellationToken)
    {
        var slots = newest.Keys.Slots.ToList();
        foreach (var change in changes)
        {
            if (change.Dropped is { } dropped)
            {
                slots.RemoveAll(slot => slot.Kind == KeySlot.OfPassphrase
                    && Opens(slot, dropped, newest.Name, cancellationToken));
            }
            else
                await AddAsync(slots, change, newest.Name, cancellationToken).ConfigureAwait(false);
        }

        if (slots.Count == 0)
            throw Errors.LastKey(directory);
        return slots.Count <= KeyObjects.MaxSlots ? slots : throw Errors.TooManyKeys(directory, KeyObjects.MaxSlots);
    }

    private async Task AddAsync(
        List<KeySlot> slots, KeyChange change, string name, CancellationToken cancellationToken)
    {
        if (change.New!.Passphrase is { } passphrase
            && slots.Any(slot => slot.Kind == KeySlot.OfPassphrase && Opens(slot, passphrase, name, cancellationToken)))
            return;
        var key = (await change.Old!.FindAsync(envelope, store, directory, cancellationToken).ConfigureAwait(false))!;
        var made = await change.New.WrapAsync(key, random, cancellationToken).ConfigureAwait(false);
        slots.AddRange(made.Where(one => one.Kind == KeySlot.OfPassphrase
            || !slots.Any(slot => slot.KeyIdSha256 == one.KeyIdSha256)));
    }

    // A later object repeats most slots of an earlier one.
    private bool Opens(KeySlot slot, string passphrase, string name, CancellationToken cancellationToken)
    {
        var what = (Convert.ToBase64String(slot.Wrapped), passphrase);
        if (_tried.TryGetValue(what, out var opens))
            return opens;
        _budget.Take(slot, name, cancellationToken);
        using var key = PassphraseSlots.TryUnwrap(slot, envelope.ChainId, passphrase, name);
        return _tried[what] = key is not null;
    }
}
