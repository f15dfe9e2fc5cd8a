using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The right to take a snapshot of tracked databases. Snapshots are taken one after the other, whoever takes them, so
/// that each sees what the one before it saw, and has a later time.
/// </summary>
internal sealed class SnapshotTurn : IAsyncDisposable
{
    private readonly Dictionary<string, (NpgsqlConnection Connection, HistorySetting Setting)> _tracked =
        new(StringComparer.Ordinal);

    /// <summary>The time of the newest mark of all of them; zero for none.</summary>
    public HlcTimestamp Newest { get; private set; }

    /// <summary>What whoever makes a backup is to know.</summary>
    public IList<string> Notices { get; } = [];

    /// <summary>Databases that should be tracked, and have no slot yet.</summary>
    public ISet<string> Late { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>True for a database whose changes are tracked.</summary>
    public bool IsTracked(string database) => _tracked.ContainsKey(database);

    /// <summary>The connection that holds the turn, and what is set.</summary>
    public (NpgsqlConnection Connection, HistorySetting Setting) Of(string database) => _tracked[database];

    public void Add(string database, NpgsqlConnection connection, HistorySetting setting, HlcTimestamp newest)
    {
        _tracked.Add(database, (connection, setting));
        Newest = newest > Newest ? newest : Newest;
    }

    /// <summary>Lets the next one have its turn.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (connection, _) in _tracked.Values)
        {
            await TurnLock.ReleaseAsync(connection).ConfigureAwait(false);
            await connection.GiveBackAsync().ConfigureAwait(false);
        }
    }
}
