using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Keys;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// What somebody brings to open sealed chains, and the keys that it has opened. Disposing zeroes those. May be used
/// concurrently.
/// </summary>
internal sealed class ChainKeys : IDisposable
{
    private readonly ConcurrentBag<ChainKey> _opened = [];
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The passphrase; null for none.</summary>
    public string? Passphrase { get; init; }

    /// <summary>Open the master keys; empty for none.</summary>
    public IReadOnlyList<Func<CancellationToken, ValueTask<IKeyManagementService>>> MasterKeys { get; init; } = [];

    /// <summary>Iterations of PBKDF2 for slots that are written.</summary>
    public int Iterations { get; init; } = PassphraseSlots.DefaultIterations;

    /// <summary>
    /// Where the key objects lie, if they do not lie in the directory of the full layer; null for there.
    /// </summary>
    public KeyObjects? Place { get; init; }

    /// <summary>True when there is something that could open a chain.</summary>
    public bool AreGiven => Passphrase is not null || MasterKeys.Count > 0;

    /// <summary>The key of a chain, by the envelope of one of its layers.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="store">The store of the chain's full layer.</param>
    /// <param name="directory">The directory of the full layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key, which this object goes on owning; null for a chain that is not sealed.</returns>
    /// <exception cref="BackupSqlException">BS005 the key is missing, wrong or needless; XX001 it cannot be
    /// read.</exception>
    public async ValueTask<ChainKey?> FindAsync(
        ManifestEnvelope envelope, IObjectStore store, string directory, CancellationToken cancellationToken)
    {
        if (!envelope.IsSealed)
            return AreGiven ? throw Errors.BackupNotSealed(directory) : null;
        if (Known(envelope) is { } known)
            return known;
        if (!AreGiven)
            throw Errors.BackupSealed(directory);
        // One at a time: stretching a passphrase takes a core a good while.
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Known(envelope) is { } opened)
                return opened;
            var objects = await (Place ?? new KeyObjects(store, directory))
                .LoadAsync(envelope.ChainId, envelope.KeyCheck, cancellationToken).ConfigureAwait(false);
            return Keep(await UnwrapAsync(objects, directory, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// The key of a chain in the making: what an earlier turn of the job has put, or a new one, put wrapped where
    /// readers look for it.
    /// </summary>
    /// <param name="store">The store of the chain's full layer.</param>
    /// <param name="directory">The directory of the full layer.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="random">Gives key, salts and nonces.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key, which this object goes on owning; null when nothing was brought to seal with.</returns>
    public async ValueTask<ChainKey?> MakeAsync(
        IObjectStore store, string directory, string chainId, IRandomSource random,
        CancellationToken cancellationToken)
    {
        if (!AreGiven)
            return null;
        var objects = new KeyObjects(store, directory);
        var before = await objects.FindAsync(chainId, null, cancellationToken).ConfigureAwait(false);
        if (before.Count > 0)
            return Keep(await UnwrapAsync(before, directory, cancellationToken).ConfigureAwait(false));
        var key = Keep(ChainKey.Draw(chainId, random));
        var slots = await WrapAsync(key, random, cancellationToken).ConfigureAwait(false);
        await objects.AddAsync(
            (number, _) => Task.FromResult(Describe(key, number, slots)), cancellationToken).ConfigureAwait(false);
        return key;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _opened)
            key.Dispose();
        _turn.Dispose();
    }

    /// <summary>Wraps a key with all that was brought.</summary>
    /// <param name="key">The key.</param>
    /// <param name="random">Gives salts and nonces.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A slot for the passphrase or for each master key.</returns>
    public async Task<IReadOnlyList<KeySlot>> WrapAsync(
        ChainKey key, IRandomSource random, CancellationToken cancellationToken)
    {
        if (Passphrase is not null)
            return [PassphraseSlots.Wrap(key, Passphrase, Iterations, random)];
        var slots = new List<KeySlot>();
        foreach (var open in MasterKeys)
        {
            var service = await open(cancellationToken).ConfigureAwait(false);
            await using var _ = service.ConfigureAwait(false);
            if (slots.Any(slot => slot.KeyIdSha256 == HashOf(service)))
                continue;
            slots.Add(new KeySlot
            {
                Kind = KeySlot.OfService,
                KeyIdSha256 = HashOf(service),
                Wrapped = await service
                    .WrapAsync(key.Bytes, SlotContext.Of(key.ChainIdBytes), cancellationToken).ConfigureAwait(false),
            });
        }

        return slots;
    }

    private static string HashOf(IKeyManagementService service) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(service.KeyId)));

    private static KeyObject Describe(ChainKey key, int number, IReadOnlyList<KeySlot> slots) => new()
    {
        Number = number,
        ChainId = key.ChainId,
        Cipher = KeyObject.CipherName,
        Check = key.MakeCheck(),
        Slots = slots,
    };

    private ChainKey? Known(ManifestEnvelope envelope) =>
        _opened.FirstOrDefault(key => key.ChainId == envelope.ChainId && key.Fits(envelope.KeyCheck));

    private ChainKey Keep(ChainKey key)
    {
        _opened.Add(key);
        return key;
    }

    private async Task<ChainKey> UnwrapAsync(
        IReadOnlyList<(string Name, KeyObject Keys)> objects, string directory, CancellationToken cancellationToken)
    {
        var (name, check, key) = Passphrase is not null
            ? UnwrapWithPassphrase(objects, directory, cancellationToken)
            : await UnwrapWithServicesAsync(objects, directory, cancellationToken).ConfigureAwait(false);
        if (key.Fits(check))
            return key;
        key.Dispose();
        throw Errors.Corrupt(name, "The key in it is not that of the chain.");
    }

    private (string Name, byte[] Check, ChainKey Key) UnwrapWithPassphrase(
        IReadOnlyList<(string Name, KeyObject Keys)> objects, string directory, CancellationToken cancellationToken)
    {
        // A later object repeats most slots of an earlier one.
        var slots = objects.SelectMany(one => one.Keys.Passphrases, (one, slot) => (one.Name, one.Keys, Slot: slot))
            .DistinctBy(one => Convert.ToBase64String(one.Slot.Wrapped)).ToList();
        var budget = new StretchBudget();
        foreach (var (name, _, slot) in slots)
            budget.Take(slot, name, cancellationToken);
        foreach (var (name, keys, slot) in slots)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (PassphraseSlots.TryUnwrap(slot, keys.ChainId, Passphrase!, name) is { } key)
                return (name, keys.Check, key);
        }

        throw Errors.WrongPassphrase(directory, slots.Count > 0);
    }

    /// <summary>
    /// Any key opens the chain, and a service that cannot be reached is made up for by another one; but a key that the
    /// chain does not know is refused, for whoever names it believes that it does.
    /// </summary>
    private async Task<(string Name, byte[] Check, ChainKey Key)> UnwrapWithServicesAsync(
        IReadOnlyList<(string Name, KeyObject Keys)> objects, string directory, CancellationToken cancellationToken)
    {
        var slots = objects.SelectMany(one => one.Keys.Slots, (one, slot) => (one.Name, one.Keys, Slot: slot))
            .Where(one => one.Slot.Kind == KeySlot.OfService).ToList();
        if (slots.Count == 0)
            throw Errors.NoMasterKeys(directory);
        BackupSqlException? failure = null;
        (string Name, byte[] Check, ChainKey Key)? opened = null;
        foreach (var open in MasterKeys)
        {
            try
            {
                var service = await open(cancellationToken).ConfigureAwait(false);
                await using var _ = service.ConfigureAwait(false);
                var (name, keys, slot) = slots.Find(one => one.Slot.KeyIdSha256 == HashOf(service));
                if (slot is null)
                    throw Errors.KeyNotOfBackup(directory);
                opened ??= (name, keys.Check, await UnwrapAsync(service, slot, name, keys.ChainId, cancellationToken)
                    .ConfigureAwait(false));
            }
            catch (BackupSqlException error)
            {
                failure ??= error;
                if (error.SqlState != SqlStates.WrongKey)
                    continue;
                opened?.Key.Dispose();
                throw;
            }
        }

        return opened ?? throw failure!;
    }

    private static async Task<ChainKey> UnwrapAsync(
        IKeyManagementService service, KeySlot slot, string name, string chainId, CancellationToken cancellationToken)
    {
        var key = await service
            .UnwrapAsync(slot.Wrapped, SlotContext.Of(Convert.FromHexString(chainId)), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return key.Length == ChainKey.KeyBytes
                ? new ChainKey(chainId, key)
                : throw Errors.Corrupt(name, "A wrapped key has not the size of one.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
