using Backup.Sql.Catalog;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Keys;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>Opens collections by their sealed locations.</summary>
internal sealed class CollectionOpener(StoreOpener stores, KeyOpener keys, SealedLocations locations)
{
    /// <summary>The codecs that data files are read and written with.</summary>
    public CompressionCodecs Codecs { get; } = CompressionCodecs.Default;

    /// <summary>Iterations of PBKDF2 for passphrases that backups are made with.</summary>
    public int Iterations { get; init; } = PassphraseSlots.DefaultIterations;

    /// <summary>Opens a collection of which no sealed layer's body is read or written.</summary>
    public Task<OpenedCollection> OpenAsync(
        string location, string? incrementals, CancellationToken cancellationToken) =>
        OpenAsync(location, incrementals, null, cancellationToken);

    /// <summary>Opens a collection.</summary>
    public async Task<OpenedCollection> OpenAsync(
        string location, string? incrementals, BackupKeys? given, CancellationToken cancellationToken)
    {
        var opened = new List<IObjectStore>();
        try
        {
            opened.Add(await stores.OpenAsync(location, cancellationToken).ConfigureAwait(false));
            if (incrementals is not null)
                opened.Add(await stores.OpenAsync(incrementals, cancellationToken).ConfigureAwait(false));
            var second = incrementals is null ? null : opened[1];
            var with = await KeysAsync(given, opened, cancellationToken).ConfigureAwait(false);
            return new OpenedCollection(Collection.Open(opened[0], second, Codecs, with), opened);
        }
        catch
        {
            await CloseAsync(opened).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens the chain that the deprecated forms name by its locations, oldest first.</summary>
    public async Task<OpenedChain> OpenLocationsAsync(
        IReadOnlyList<string> places, BackupKeys? given, CancellationToken cancellationToken)
    {
        var opened = new List<IObjectStore>();
        ChainKeys? with = null;
        try
        {
            foreach (var location in places)
                opened.Add(await stores.OpenAsync(location, cancellationToken).ConfigureAwait(false));
            with = await KeysAsync(given, [], cancellationToken).ConfigureAwait(false);
            var chain = await Collection.LoadLocationsAsync(opened, with, cancellationToken).ConfigureAwait(false);
            return new OpenedChain(chain, with, opened);
        }
        catch
        {
            with?.Dispose();
            await CloseAsync(opened).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What a statement brings, out of the vault; key services are reached when they are needed.</summary>
    public ChainKeys KeysOf(BackupKeys? given, KeyObjects? place = null) => given is null
        ? new ChainKeys()
        : new ChainKeys
        {
            Passphrase = given.Passphrase is null ? null : PassphraseOf(given.Passphrase),
            MasterKeys = [.. given.MasterKeys.Select(Opener)],
            Iterations = Iterations,
            Place = place,
        };

    /// <summary>A passphrase, out of the vault.</summary>
    public string PassphraseOf(string reference) => locations.OpenPassphrase(reference);

    private async ValueTask<ChainKeys> KeysAsync(
        BackupKeys? given, List<IObjectStore> opened, CancellationToken cancellationToken)
    {
        if (given?.InfoLocation is not { } elsewhere)
            return KeysOf(given);
        opened.Add(await stores.OpenAsync(elsewhere, cancellationToken).ConfigureAwait(false));
        return KeysOf(given, new KeyObjects(opened[^1], ""));
    }

    private Func<CancellationToken, ValueTask<IKeyManagementService>> Opener(string location) =>
        token => keys.OpenAsync(location, token);

    private static async ValueTask CloseAsync(List<IObjectStore> opened)
    {
        foreach (var store in opened)
            await store.DisposeAsync().ConfigureAwait(false);
    }
}
