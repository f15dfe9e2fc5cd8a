using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backup.Sql.State;

/// <summary>The entries of one kind as values of one type.</summary>
/// <param name="store">Where they are.</param>
/// <param name="kind">Their kind.</param>
/// <param name="json">How they are written.</param>
internal sealed class StateTable<T>(IStateStore store, string kind, JsonTypeInfo<T> json)
    where T : class
{
    public async ValueTask<Stored<T>?> FindAsync(string key, CancellationToken cancellationToken) =>
        await store.GetAsync(kind, key, cancellationToken).ConfigureAwait(false) is { } entry ? Read(entry) : null;

    public async ValueTask<IReadOnlyList<Stored<T>>> ListAsync(CancellationToken cancellationToken)
    {
        var entries = await store.ListAsync(kind, cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(Read)];
    }

    /// <summary>Adds a value.</summary>
    /// <returns>False if the key is taken.</returns>
    public ValueTask<bool> TryAddAsync(string key, T value, CancellationToken cancellationToken) =>
        store.TryCommitAsync([Add(key, value)], cancellationToken);

    /// <summary>Replaces a value.</summary>
    /// <returns>False if somebody else changed or removed it meanwhile.</returns>
    public ValueTask<bool> TryReplaceAsync(Stored<T> seen, T value, CancellationToken cancellationToken) =>
        store.TryCommitAsync([Replace(seen, value)], cancellationToken);

    /// <summary>Removes a value.</summary>
    /// <returns>False if somebody else changed or removed it meanwhile.</returns>
    public ValueTask<bool> TryRemoveAsync(Stored<T> seen, CancellationToken cancellationToken) =>
        store.TryCommitAsync([Remove(seen)], cancellationToken);

    /// <summary>Changes a value, again and again until nobody else came between.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="change">Gives the new value; may throw to leave the old one. Called once per attempt.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The value as it is now; null if there is none.</returns>
    public async ValueTask<T?> UpdateAsync(string key, Func<T, T> change, CancellationToken cancellationToken)
    {
        while (await FindAsync(key, cancellationToken).ConfigureAwait(false) is { } seen)
        {
            var changed = change(seen.Value);
            if (ReferenceEquals(changed, seen.Value)
                || await TryReplaceAsync(seen, changed, cancellationToken).ConfigureAwait(false))
                return changed;
        }

        return null;
    }

    /// <summary>For <see cref="IStateStore.TryCommitAsync"/>: adds a value.</summary>
    public StateChange Add(string key, T value) => new(kind, key, 0, Write(value));

    /// <summary>For <see cref="IStateStore.TryCommitAsync"/>: replaces a value.</summary>
    public StateChange Replace(Stored<T> seen, T value) => new(kind, seen.Key, seen.Version, Write(value));

    /// <summary>For <see cref="IStateStore.TryCommitAsync"/>: removes a value.</summary>
    public StateChange Remove(Stored<T> seen) => new(kind, seen.Key, seen.Version, null);

    private byte[] Write(T value) => JsonSerializer.SerializeToUtf8Bytes(value, json);

    private Stored<T> Read(StateEntry entry) =>
        new(entry.Key, JsonSerializer.Deserialize(entry.Value.Span, json)!, entry.Version);
}
