using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>The repositories of a host: names for collections, kept in the state store.</summary>
internal sealed class Repositories(IStateStore store, TimeProvider time)
{
    private readonly StateTable<RepositoryRecord> _table =
        new(store, "repository", SnapshotJsonContext.Default.RepositoryRecord);

    public async Task<IReadOnlyList<RepositoryRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var stored = await _table.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. stored.Select(entry => entry.Value).OrderBy(repository => repository.Id)];
    }

    public async Task<RepositoryRecord> GetAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw Errors.RepositoryNotFound(
            name, (await ListAsync(cancellationToken).ConfigureAwait(false)).Select(repository => repository.Name));

    public async Task<RepositoryRecord?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await _table.FindAsync(name, cancellationToken).ConfigureAwait(false))?.Value;

    public async Task AddAsync(BoundCreateRepository create, CancellationToken cancellationToken)
    {
        var known = await ListAsync(cancellationToken).ConfigureAwait(false);
        var record = new RepositoryRecord
        {
            Id = known.Select(repository => repository.Id).DefaultIfEmpty(0).Max() + 1,
            Name = create.Name,
            Location = create.Location,
            ShownLocation = create.ShownLocation,
            Broker = create.Broker,
            IsReadOnly = create.IsReadOnly,
            Created = time.GetUtcNow(),
            Ttl = create.Ttl,
        };
        if (!await _table.TryAddAsync(create.Name, record, cancellationToken).ConfigureAwait(false))
            throw Errors.RepositoryExists(create.Name);
    }

    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        while (await _table.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } seen)
        {
            if (await _table.TryRemoveAsync(seen, cancellationToken).ConfigureAwait(false))
                return;
        }
    }
}
