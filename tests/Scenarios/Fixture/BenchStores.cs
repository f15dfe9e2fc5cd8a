using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>Where backups go in a test, and a view of it past all decorators.</summary>
internal sealed class BenchStores(string kind, string root, RemoteStore? remote = null)
{
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The providers, unadorned. They live as long as the test: processes come and go.</summary>
    public IReadOnlyList<IObjectStoreProvider> Providers { get; } =
    [
        new FileObjectStoreProvider(root), new MemoryObjectStoreProvider(),
        .. remote is null ? Array.Empty<IObjectStoreProvider>() : [remote.Provider],
    ];

    /// <summary>What the host knows as broker <c>lake</c>: stores of its own.</summary>
    public IObjectStoreProvider Broker { get; } = new MemoryObjectStoreProvider();

    /// <summary>The URI of a location.</summary>
    public string Location(string name)
    {
        _names.Add(name.Split('/')[0]);
        return kind switch
        {
            "file" => $"file://{root}/{name}",
            "remote" => remote!.Locate(name),
            "nodelocal" => $"nodelocal://1/{name}",
            _ => $"mem://{name}",
        };
    }

    /// <summary>Opens a location as it really is.</summary>
    public ValueTask<IObjectStore> OpenAsync(string name)
    {
        var uri = StoreUri.Parse(Location(name));
        return Providers.Single(provider => provider.Schemes.Contains(uri.Scheme)).OpenAsync(uri);
    }

    /// <summary>The names of all objects of a location.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string name)
    {
        await using var store = await OpenAsync(name);
        return await store.ListAsync(new ListRequest()).Select(entry => entry.Name).ToListAsync();
    }

    public async Task<byte[]> ReadAsync(string name, string objectName)
    {
        await using var store = await OpenAsync(name);
        var info = await store.HeadAsync(objectName) ?? throw new InvalidOperationException($"There is no object {objectName}.");
        var bytes = new byte[info.Length];
        await store.ReadAsync(objectName, 0, bytes);
        return bytes;
    }

    /// <summary>Deletes an object, as an accident does.</summary>
    public async Task DeleteAsync(string name, string objectName)
    {
        await using var store = await OpenAsync(name);
        await store.DeleteAsync(objectName);
    }

    /// <summary>Flips a bit in the middle or at the start of an object, as a bad disk does.</summary>
    public async Task DamageAsync(string name, string objectName, bool atStart = false)
    {
        var bytes = await ReadAsync(name, objectName);
        bytes[atStart ? 0 : bytes.Length / 2] ^= 0x10;
        await using var store = await OpenAsync(name);
        await store.DeleteAsync(objectName);
        await store.PutIfAbsentAsync(objectName, bytes);
    }

    /// <summary>Takes the second half of an object away.</summary>
    public async Task CutAsync(string name, string objectName)
    {
        var bytes = await ReadAsync(name, objectName);
        await using var store = await OpenAsync(name);
        await store.DeleteAsync(objectName);
        await store.PutIfAbsentAsync(objectName, bytes.AsMemory(0, bytes.Length / 2));
    }

    /// <summary>
    /// Every object of every location used so far, with a hash of its bytes; but for notes, which a proof leaves behind.
    /// </summary>
    public async Task<string> DumpAsync()
    {
        var lines = new List<string>();
        foreach (var name in _names.ToList())
        {
            foreach (var objectName in (await ListAsync(name)).Where(n => !n.StartsWith("metadata/notes/", StringComparison.Ordinal)))
            {
                var hash = System.Security.Cryptography.SHA256.HashData(await ReadAsync(name, objectName));
                lines.Add($"{name}/{objectName} {Convert.ToHexString(hash)}");
            }
        }

        return string.Join('\n', lines);
    }
}
