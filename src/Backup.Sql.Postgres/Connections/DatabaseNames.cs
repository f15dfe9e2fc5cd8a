using System.Globalization;

namespace Backup.Sql.Postgres.Connections;

/// <summary>Which databases statements see, and what they are called on the server.</summary>
internal sealed class DatabaseNames
{
    private const string List =
        """
        SELECT oid, datname, pg_catalog.pg_get_userbyid(datdba)::text, EXISTS (
          SELECT FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = 'backupsql_' || d.oid AND s.datoid = d.oid)
        FROM pg_catalog.pg_database d WHERE datallowconn AND NOT datistemplate
          AND NOT pg_catalog.starts_with(datname, 'backupsql_restore_')
          AND pg_catalog.has_database_privilege(oid, 'CONNECT')
        ORDER BY datname COLLATE "C"
        """;

    private readonly Dictionary<string, string> _onServer;
    private readonly Dictionary<string, string> _shown;

    public DatabaseNames(PostgresEngineOptions options)
    {
        _onServer = new Dictionary<string, string>(options.Databases, StringComparer.Ordinal);
        _shown = _onServer.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }

    /// <summary>True when only some databases are seen.</summary>
    public bool AreChosen => _onServer.Count > 0;

    /// <summary>What a database is called on the server; one that is not seen keeps its name.</summary>
    public string OnServer(string shown) => _onServer.GetValueOrDefault(shown, shown);

    /// <summary>What statements call a database of the server; null for one that they do not see.</summary>
    public string? Shown(string onServer) =>
        _shown.TryGetValue(onServer, out var shown) ? shown : AreChosen ? null : onServer;

    /// <summary>The databases that are seen, by name.</summary>
    public async ValueTask<IReadOnlyList<ListedDatabase>> ListAsync(
        PostgresServer server, CancellationToken cancellationToken)
    {
        var connection = await server.BorrowAsync(server.MaintenanceDatabase, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            var listed = new List<ListedDatabase>();
            var rows = await connection.QueryAsync(List, cancellationToken).ConfigureAwait(false);
            foreach (var row in rows)
            {
                var name = (string)row[1]!;
                var oid = Convert.ToUInt32(row[0], CultureInfo.InvariantCulture);
                if (Shown(name) is { } shown)
                    listed.Add(new ListedDatabase(shown, name, oid, (string?)row[2], (bool)row[3]!));
            }

            listed.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
            return listed;
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From("the databases could not be listed", failure);
        }
    }
}
