using System.Text;
using Backup.Sql.State;
using Backup.Sql.TestKit.Simulation;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.StateContract;

/// <summary>The state of one check, opened twice, as two processes would.</summary>
internal sealed class StateArea(
    IStateStore store, IStateStore other, int concurrency, CancellationToken cancellationToken) : IAsyncDisposable
{
    /// <summary>The store.</summary>
    public IStateStore Store { get; } = store;

    /// <summary>The same state, opened once more.</summary>
    public IStateStore Other { get; } = other;

    public int Concurrency => concurrency;

    public CancellationToken Cancellation => cancellationToken;

    /// <summary>Chance with a fixed seed: a failure repeats.</summary>
    public SeededRandomSource Random { get; } = new(0x5EED);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(StateEntry? entry) => entry is null
        ? "nothing"
        : $"{entry.Kind}/{entry.Key} version {entry.Version}: {Encoding.UTF8.GetString(entry.Value.Span)}";

    /// <summary>Commits and insists that it succeeds.</summary>
    public async Task CommitAsync(params StateChange[] changes) => Expect.That(
        await Store.TryCommitAsync(changes, Cancellation).ConfigureAwait(false),
        $"a commit must succeed when all versions are as expected: {Describe(changes)}");

    /// <summary>Commits and insists that it is refused and changes nothing.</summary>
    public async Task RefusedAsync(params StateChange[] changes)
    {
        var before = await DumpAsync(Store, changes).ConfigureAwait(false);
        Expect.That(
            !await Store.TryCommitAsync(changes, Cancellation).ConfigureAwait(false),
            $"a commit must be refused when a version is not as expected: {Describe(changes)}");
        Expect.Equal(before, await DumpAsync(Store, changes).ConfigureAwait(false), "entries after a refused commit");
    }

    /// <summary>Insists on an entry, whichever way one looks at it.</summary>
    public async Task ExpectAsync(string kind, string key, long version, string value)
    {
        var expected = $"{kind}/{key} version {version}: {value}";
        foreach (var instance in new[] { Store, Other })
        {
            var found = await instance.GetAsync(kind, key, Cancellation).ConfigureAwait(false);
            Expect.Equal(expected, Text(found), "the entry that was committed");
            var listed = await instance.ListAsync(kind, Cancellation).ConfigureAwait(false);
            Expect.Equal(
                expected, Text(listed.SingleOrDefault(entry => entry.Key == key)), "the entry in the list of its kind");
        }
    }

    /// <summary>Insists that there is no entry, whichever way one looks.</summary>
    public async Task ExpectAbsentAsync(string kind, string key)
    {
        foreach (var instance in new[] { Store, Other })
        {
            Expect.Equal(
                "nothing",
                Text(await instance.GetAsync(kind, key, Cancellation).ConfigureAwait(false)),
                $"{kind}/{key}");
            var listed = await instance.ListAsync(kind, Cancellation).ConfigureAwait(false);
            Expect.That(listed.All(entry => entry.Key != key), $"{kind}/{key} must not be listed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Other.DisposeAsync().ConfigureAwait(false);
        await Store.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<string> DumpAsync(IStateStore store, StateChange[] changes)
    {
        var dump = new StringBuilder();
        foreach (var kind in changes.Select(change => change.Kind).Distinct())
        {
            foreach (var entry in await store.ListAsync(kind, Cancellation).ConfigureAwait(false))
                dump.AppendLine(Text(entry));
        }

        return dump.ToString();
    }

    private static string Describe(StateChange[] changes) => string.Join(
        ", ", changes.Select(c => $"{c.Kind}/{c.Key} from {c.ExpectedVersion}{(c.Value is null ? " away" : "")}"));
}
