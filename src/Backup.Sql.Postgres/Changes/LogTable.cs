using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// The log of one table since a time, as a temporary table of a connection: from there the server puts rows together
/// that nobody has any more, with its own types.
/// </summary>
internal static class LogTable
{
    public const string Key = "\"backupsql.key\"";
    public const string Number = "\"backupsql.number\"";
    public const string Time = "\"backupsql.time\"";
    public const string IsBefore = "\"backupsql.before\"";
    public const string HasRow = "\"backupsql.row\"";

    private const string First = $"{Key}, {Number}, {Time}, {IsBefore}, {HasRow}";

    /// <summary>Sees to it that a connection has the table.</summary>
    /// <param name="connection">Reads in the snapshot; may write temporary tables.</param>
    /// <param name="oid">The table.</param>
    /// <param name="table">How it is stored.</param>
    /// <param name="lines">The log of what holds its rows.</param>
    /// <param name="since">From where on.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its name.</returns>
    public static async ValueTask<string> LoadAsync(
        NpgsqlConnection connection, uint oid, StoredTable table, IReadOnlyList<LogLines> lines, HlcTimestamp since,
        CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"pg_temp.backupsql_{oid}_{since.WallTime}");
        var found = await connection.QueryAsync(
            "SELECT pg_catalog.to_regclass($1) IS NOT NULL", cancellationToken, name).ConfigureAwait(false);
        if ((bool)found[0][0]!)
            return name;
        await connection.ExecuteAsync(Make(name, table), cancellationToken).ConfigureAwait(false);
        foreach (var some in lines)
            await CopyAsync(connection, name, some, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            $"CREATE INDEX ON {name} ({Key}, {Number}); ANALYZE {name}", cancellationToken).ConfigureAwait(false);
        return name;
    }

    /// <summary>
    /// The columns are those of the table, of domains the types below: what they refuse was once let in.
    /// </summary>
    private static string Make(string name, StoredTable table)
    {
        var columns = table.Columns.Select(column =>
            $"{Quote.Name(column.Name)}::{column.Type} AS {Quote.Name(column.Name)}");
        return $"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT NULL::pg_catalog.bytea AS {Key}, "
            + $"NULL::pg_catalog.int8 AS {Number}, NULL::pg_catalog.int8 AS {Time}, "
            + $"NULL::pg_catalog.bool AS {IsBefore}, NULL::pg_catalog.bool AS {HasRow}, {string.Join(", ", columns)} "
            + $"FROM {CopyQuery.Source(table, table.Heaps)} WITH NO DATA";
    }

    private static async ValueTask CopyAsync(
        NpgsqlConnection connection, string name, LogLines lines, CancellationToken cancellationToken)
    {
        var columns = lines.Relation!.Table.Columns.Select(column => Quote.Name(column.Name));
        var stream = await connection.BeginRawBinaryCopyAsync(
            $"COPY {name} ({First}, {string.Join(", ", columns)}) FROM STDIN (FORMAT BINARY)", cancellationToken)
            .ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await stream.WriteAsync(Header, cancellationToken).ConfigureAwait(false);
        await lines.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(Trailer, cancellationToken).ConfigureAwait(false);
    }

    private static readonly byte[] Header =
        [.. "PGCOPY\n"u8, 0xFF, .. "\r\n"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static readonly byte[] Trailer = [0xFF, 0xFF];
}
