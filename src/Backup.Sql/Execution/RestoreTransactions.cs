using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution;

/// <summary>
/// The restores that a job has in the making, one per engine. Each is published as a whole; between two of them a
/// failure is named for what it is.
/// </summary>
internal sealed class RestoreTransactions : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, IRestoreTransaction> _restores = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate)
                return _restores.Count;
        }
    }

    /// <summary>True when a part has been published.</summary>
    public bool AnyPublished { get; private set; }

    /// <summary>What could not be carried over, as sentences.</summary>
    public IReadOnlyList<string> Notices => [.. _restores.Values.SelectMany(restore => restore.Notices)];

    public void Add(string engine, IRestoreTransaction restore)
    {
        lock (_gate)
            _restores.Add(engine, restore);
    }

    public IRestoreTransaction Of(string engine)
    {
        lock (_gate)
            return _restores[engine];
    }

    /// <summary>
    /// Publishes the engines' parts one after the other. After the first there is no way back, and being cancelled is
    /// no reason to stop half way.
    /// </summary>
    public async Task PublishAsync(IReadOnlyList<string> engines, CancellationToken cancellationToken)
    {
        for (var i = 0; i < engines.Count; i++)
        {
            try
            {
                await Of(engines[i]).PublishAsync(i == 0 ? cancellationToken : CancellationToken.None)
                    .ConfigureAwait(false);
                AnyPublished = true;
            }
            catch (BackupSqlException error) when (i > 0)
            {
                throw Errors.PartlyPublished(engines.Take(i), engines.Skip(i), error);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var restore in _restores.Values)
            await restore.DisposeAsync().ConfigureAwait(false);
    }
}
