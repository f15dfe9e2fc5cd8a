using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Loads rows into a table.</summary>
internal static class RowIngest
{
    /// <summary>
    /// Loads rows by COPY. Values of every kind go into columns of every type whose input function takes their text.
    /// </summary>
    /// <param name="connection">A connection on which nothing else runs, in a transaction or not.</param>
    /// <param name="table">The table's name as people read it, for errors: <c>shop.public.orders</c>.</param>
    /// <param name="copyTarget">
    /// What COPY is to fill, quoted: <c>"public"."orders" ("id", "total")</c>; with no generated column.
    /// </param>
    /// <param name="freeze">True where the transaction has made or truncated the table: COPY … FREEZE.</param>
    /// <param name="columns">The columns of <paramref name="copyTarget"/>, in the order of the record's values.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Ends the call; nothing has been loaded then.</param>
    /// <returns>Number of rows.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 22021 a text holds a NUL; others as the server says, naming table, column and line.
    /// </exception>
    public static ValueTask<long> CopyAsync(
        NpgsqlConnection connection,
        string table,
        string copyTarget,
        bool freeze,
        IReadOnlyList<IngestColumn> columns,
        IRowSource rows,
        CancellationToken cancellationToken)
    {
        throw new System.Diagnostics.UnreachableException($"{connection} {table} {copyTarget} {freeze} {columns} {rows}");
    }
}
