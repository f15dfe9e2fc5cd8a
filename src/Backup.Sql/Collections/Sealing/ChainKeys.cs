using System.Collections.Concurrent;
using Backup.Sql.Diagnostics;
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

    /// <summary>Iterations of PBKDF2 for slots that are written.</summary>
    public int Iterations { get; init; } = PassphraseSlots.DefaultIterations;

    /// <summary>
    /// Where the key objects lie, if they do not lie in the directory of the full layer; null for there.
    /// </summary>
    public KeyObjects? Place { get; init; }

    /// <summary>True when there is something that could open a chain.</summary>
    public bool AreGiven => Passphrase is not null;

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
            return Keep(Unwrap(objects, directory));
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
            return Keep(Unwrap(before, directory));
        var key = Keep(ChainKey.Draw(chainId, random));
        IReadOnlyList<KeySlot> slots = [PassphraseSlots.Wrap(key, Passphrase!, Iterations, random)];
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

    private ChainKey Unwrap(IReadOnlyList<(string Name, KeyObject Keys)> objects, string directory)
    {
        // A later object repeats most slots of an earlier one.
        var tried = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, keys) in objects)
        {
            foreach (var slot in keys.Passphrases.Where(slot => tried.Add(Convert.ToBase64String(slot.Wrapped))))
            {
                if (PassphraseSlots.TryUnwrap(slot, keys.ChainId, Passphrase!, name) is not { } key)
                    continue;
                if (key.Fits(keys.Check))
                    return key;
                key.Dispose();
                throw Errors.Corrupt(name, "The key in it is not that of the chain.");
            }
        }

        throw Errors.WrongPassphrase(directory, objects.Any(one => one.Keys.Passphrases.Any()));
    }
}
