namespace Backup.Sql.State;

/// <summary>A state store that lives as long as the process.</summary>
public sealed class MemoryStateStore : IStateStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<string, StateEntry>> _kinds = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool OutlivesProcess => false;

    /// <inheritdoc/>
    public ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            return new(Of(kind).GetValueOrDefault(key));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StateEntry>> ListAsync(string kind, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            return new([.. Of(kind).Values]);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryCommitAsync(
        IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (changes.Any(c => (Of(c.Kind).GetValueOrDefault(c.Key)?.Version ?? 0) != c.ExpectedVersion))
                return new(false);
            foreach (var change in changes)
                Apply(change);
            return new(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Apply(StateChange change)
    {
        if (change.Value is { } value)
        {
            // A copy: what is kept must not change with the caller's buffer.
            Of(change.Kind)[change.Key] =
                new StateEntry(change.Kind, change.Key, change.ExpectedVersion + 1, value.ToArray());
        }
        else
        {
            Of(change.Kind).Remove(change.Key);
        }
    }

    private SortedDictionary<string, StateEntry> Of(string kind)
    {
        if (!_kinds.TryGetValue(kind, out var entries))
            _kinds.Add(kind, entries = new SortedDictionary<string, StateEntry>(StringComparer.Ordinal));
        return entries;
    }
}
