using Backup.Sql.State;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// What ties a process to the world: once it is cut, nothing that the process still does reaches a store or the state
/// store. So a process dies in a test, or loses its network.
/// </summary>
internal sealed class Lifeline
{
    private volatile bool _isCut;

    /// <summary>The state store alone.</summary>
    public bool IsStateCut { get; set; }

    public void Cut() => _isCut = IsStateCut = true;

    public IStateStore To(IStateStore state) => new TiedState(state, this);

    public IObjectStoreProvider To(IObjectStoreProvider provider) => new TiedProvider(provider, this);

    private void Require(bool state = false)
    {
        if (_isCut || (state && IsStateCut))
            throw new Diagnostics.BackupSqlException(Diagnostics.SqlStates.IoError, "there is no way there") { Hint = "None." };
    }

    private sealed class TiedState(IStateStore inner, Lifeline line) : IStateStore
    {
        public bool OutlivesProcess => inner.OutlivesProcess;

        public ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default)
        {
            line.Require(state: true);
            return inner.GetAsync(kind, key, cancellationToken);
        }

        public ValueTask<IReadOnlyList<StateEntry>> ListAsync(string kind, CancellationToken cancellationToken = default)
        {
            line.Require(state: true);
            return inner.ListAsync(kind, cancellationToken);
        }

        public ValueTask<bool> TryCommitAsync(IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default)
        {
            line.Require(state: true);
            return inner.TryCommitAsync(changes, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class TiedProvider(IObjectStoreProvider inner, Lifeline line) : IObjectStoreProvider
    {
        public IReadOnlyList<string> Schemes => inner.Schemes;

        public void Check(StoreUri uri) => inner.Check(uri);

        public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
            new WatchedStore(await inner.OpenAsync(uri, cancellationToken), () => line.Require());
    }
}
