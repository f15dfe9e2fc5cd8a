using Npgsql;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>Runs something on a connection of a database on which nothing else runs meanwhile.</summary>
/// <param name="database">What statements call the database.</param>
/// <param name="use">What to run.</param>
/// <param name="cancellationToken">Ends the call.</param>
internal delegate ValueTask UseConnection(
    string database, Func<NpgsqlConnection, ValueTask> use, CancellationToken cancellationToken);
