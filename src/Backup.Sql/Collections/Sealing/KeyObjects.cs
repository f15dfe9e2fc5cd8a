using System.Globalization;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// The objects <c>ENCRYPTION-INFO-n</c> in the directory of a chain's full layer. None is ever rewritten: a change is
/// the next number, put only if absent, so that of two who change at once one starts over.
/// </summary>
/// <param name="store">The store of the full layer.</param>
/// <param name="directory">Its directory.</param>
internal sealed class KeyObjects(IObjectStore store, string directory)
{
    /// <summary>
    /// The most slots of an object: each of a passphrase costs whoever tries another one a good while.
    /// </summary>
    public const int MaxSlots = 64;

    private const int MaxAttempts = 100;
    private const int MaxFindAttempts = 4;

    // How far numbers are tried around those that a listing shows, where it may lag behind.
    private const int TriedBelow = 64;
    private const int TriedAbove = 8;

    private string Prefix => CollectionLayout.Join(directory, CollectionLayout.KeysPrefix);

    /// <summary>Finds the objects.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their names, the newest first.</returns>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new SortedSet<int>();
        var request = new ListRequest { Prefix = Prefix };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (NumberOf(entry.Name) is { } number)
                found.Add(number);
        }

        if (!store.Capabilities.HasFlag(StoreCapabilities.StrongListing))
            await AddUnlistedAsync(found, cancellationToken).ConfigureAwait(false);
        return [.. found.Reverse().Select(NameOf)];
    }

    /// <summary>Reads an object.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What it says; null if it is gone.</returns>
    /// <exception cref="BackupSqlException">XX001 it is damaged; BS002 it is of a later format.</exception>
    public async Task<KeyObject?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var read = await NoteFile
            .ReadAsync<KeyObject>(store, name, cancellationToken).ConfigureAwait(false);
        if (read is { FormatVersion: > KeyObject.CurrentFormat } or { Cipher: not KeyObject.CipherName })
            throw Errors.NewerFormat(name, Math.Max(read.FormatVersion, KeyObject.CurrentFormat + 1));
        if (read is not null && read.Number != NumberOf(name))
            throw Errors.Corrupt(name, "It was written under another name.");
        return read is null || (read.Slots.Count <= MaxSlots && !read.Slots.Contains(null!))
            ? read
            : throw Errors.Corrupt(name, "Its slots are malformed.");
    }

    /// <summary>Reads the objects of a chain, of which there must be one.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="check">The check value in the chain's manifests; null for any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Names and contents, the newest first.</returns>
    /// <exception cref="BackupSqlException">XX001 there is none, or none that can be read.</exception>
    public async Task<IReadOnlyList<(string Name, KeyObject Keys)>> LoadAsync(
        string chainId, byte[]? check, CancellationToken cancellationToken)
    {
        var found = await FindAsync(chainId, check, cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found : throw Errors.NoKeyObject(Prefix + "1");
    }

    /// <summary>Reads the objects of a chain.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="check">
    /// The check value in the chain's manifests: a turn of a job that was given up may have put another key. Null for
    /// any.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Names and contents, the newest first. What cannot be read counts only where nothing else is
    /// left.</returns>
    /// <exception cref="BackupSqlException">XX001 there are some, and none can be read.</exception>
    public async Task<IReadOnlyList<(string Name, KeyObject Keys)>> FindAsync(
        string chainId, byte[]? check, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (found, isGone) = await TryFindAsync(chainId, check, cancellationToken).ConfigureAwait(false);

            // Somebody drops a passphrase just now: the object that counts from then on is there by now. Or the
            // listing shows what is gone long since.
            if (found.Count > 0 || !isGone || attempt == MaxFindAttempts)
                return found;
        }
    }

    private async Task<(IReadOnlyList<(string Name, KeyObject Keys)> Found, bool IsGone)> TryFindAsync(
        string chainId, byte[]? check, CancellationToken cancellationToken)
    {
        BackupSqlException? damage = null;
        var isGone = false;
        var found = new List<(string, KeyObject)>();
        foreach (var name in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var keys = await ReadAsync(name, cancellationToken).ConfigureAwait(false);
                isGone |= keys is null;
                if (keys?.ChainId == chainId && (check is null || keys.Check.AsSpan().SequenceEqual(check)))
                    found.Add((name, keys));
            }
            catch (BackupSqlException error) when (
                error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
            {
                damage ??= error;
            }
        }

        return found.Count > 0 || isGone || damage is null ? (found, isGone) : throw damage;
    }

    /// <summary>Puts an object under the next free number.</summary>
    /// <param name="make">Makes it for a number; called once per attempt.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its name.</returns>
    public async Task<string> AddAsync(
        Func<int, CancellationToken, Task<KeyObject>> make, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var names = await ListAsync(cancellationToken).ConfigureAwait(false);
            var number = names.Count == 0 ? 1 : NumberOf(names[0])!.Value + 1;
            var name = NameOf(number);
            var keys = await make(number, cancellationToken).ConfigureAwait(false);
            if (await store.PutIfAbsentAsync(
                name, NoteFile.Write(keys, CollectionsJsonContext.Default.KeyObject), cancellationToken)
                .ConfigureAwait(false))
                return name;
        }

        throw Errors.NoteContended(directory);
    }

    /// <summary>Deletes the objects of a chain that never came to be.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RemoveAsync(string chainId, CancellationToken cancellationToken)
    {
        foreach (var name in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await ReadAsync(name, cancellationToken).ConfigureAwait(false) is not { } keys
                    || keys.ChainId != chainId)
                    continue;
            }
            catch (BackupSqlException error) when (
                error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
            {
                continue; // Somebody else's, or nobody's.
            }

            await store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Numbers ascend one by one, and what was dropped leaves gaps below: so the newest, which counts, and the earlier
    /// ones, which must not outlive a passphrase that is dropped, are found by name.
    /// </summary>
    private async Task AddUnlistedAsync(SortedSet<int> found, CancellationToken cancellationToken)
    {
        for (var number = Math.Max(1, found.Max - TriedBelow);
            number <= Math.Min(found.Max, int.MaxValue - 1 - TriedAbove) + TriedAbove;
            number++)
        {
            if (!found.Contains(number)
                && await store.HeadAsync(NameOf(number), cancellationToken).ConfigureAwait(false) is not null)
                found.Add(number);
        }
    }

    private string NameOf(int number) => Prefix + number.ToString(CultureInfo.InvariantCulture);

    private int? NumberOf(string name) =>
        int.TryParse(
            name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and < int.MaxValue
            ? number
            : null;
}
