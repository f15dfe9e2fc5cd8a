using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.TestKit.StorageContract;

/// <summary>The location of one check, opened twice, as two processes would.</summary>
internal sealed class StoreArea(
    IObjectStore store, IObjectStore other, ObjectStoreConformance suite, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    /// <summary>The store.</summary>
    public IObjectStore Store { get; } = store;

    /// <summary>The same location, opened once more.</summary>
    public IObjectStore Other { get; } = other;

    public int BigObjectBytes => suite.BigObjectBytes;

    public int ManyObjects => suite.ManyObjects;

    public int Concurrency => suite.Concurrency;

    public CancellationToken Cancellation => cancellationToken;

    /// <summary>Chance with a fixed seed: a failure repeats.</summary>
    public SeededRandomSource Random { get; } = new(0x5EED);

    public byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        Random.Fill(bytes);
        return bytes;
    }

    /// <summary>Puts an object in one call and insists that the name was free.</summary>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content) => Expect.That(
        await Store.PutIfAbsentAsync(name, content, Cancellation).ConfigureAwait(false),
        $"the first put of {name} must create it");

    /// <summary>Puts many small objects.</summary>
    public Task PutAllAsync(IEnumerable<string> names) => Parallel.ForEachAsync(
        names,
        new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = Cancellation },
        async (name, _) => await PutAsync(name, LengthMark(name)).ConfigureAwait(false));

    /// <summary>Content whose length can be told from the name, to check lengths in listings.</summary>
    public static byte[] LengthMark(string name) => new byte[name.Length];

    public async Task<byte[]> ReadAllAsync(IObjectStore store, string name)
    {
        var found = await store.HeadAsync(name, Cancellation).ConfigureAwait(false)
            ?? throw new ConformanceException($"{name} must exist");
        Expect.Equal(name, found.Name, "the name that the store gives with the size");
        var content = new byte[found.Length];
        await store.ReadAsync(name, 0, content, Cancellation).ConfigureAwait(false);
        return content;
    }

    public async Task ExpectContentAsync(string name, ReadOnlyMemory<byte> expected)
    {
        foreach (var instance in new[] { Store, Other })
        {
            var content = await ReadAllAsync(instance, name).ConfigureAwait(false);
            Expect.That(content.AsSpan().SequenceEqual(expected.Span), $"{name} must hold exactly what was written");
        }
    }

    public async Task ExpectAbsentAsync(string name)
    {
        foreach (var instance in new[] { Store, Other })
        {
            Expect.That(
                await instance.HeadAsync(name, Cancellation).ConfigureAwait(false) is null, $"{name} must not exist");
            await Expect.FailsAsync(
                SqlStates.UndefinedFile,
                $"reading {name}",
                () => instance.ReadAsync(name, 0, new byte[1], Cancellation)).ConfigureAwait(false);
            var names = await ListAsync(new ListRequest(), instance).ConfigureAwait(false);
            Expect.That(!names.Exists(entry => entry.Name == name), $"{name} must not be listed");
        }
    }

    public async Task<List<ListEntry>> ListAsync(ListRequest request, IObjectStore? instance = null) =>
        await (instance ?? Store).ListAsync(request, Cancellation).ToListAsync(Cancellation).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (!Store.Capabilities.HasFlag(StoreCapabilities.ObjectLock))
        {
            var left = await ListAsync(new ListRequest()).ConfigureAwait(false);
            await Store.DeleteManyAsync([.. left.Select(entry => entry.Name)], Cancellation).ConfigureAwait(false);
        }

        await Other.DisposeAsync().ConfigureAwait(false);
        await Store.DisposeAsync().ConfigureAwait(false);
    }
}
