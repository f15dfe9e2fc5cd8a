using System.Globalization;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Reads where sequences stand. They know no transactions: the values are those of now, never less than what rows of
/// the snapshot have got.
/// </summary>
internal static class SequenceValues
{
    private const int AtOnce = 100;
    private const string Aside = "backupsql_sequences";

    public static async ValueTask<IReadOnlyDictionary<uint, SequenceValue>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = await connection.QueryAsync(ObjectQueries.SequenceNames, cancellationToken).ConfigureAwait(false);
        var values = new Dictionary<uint, SequenceValue>();
        foreach (var chunk in names.Chunk(AtOnce))
        {
            foreach (var row in await ReadAsync(connection, chunk, cancellationToken).ConfigureAwait(false))
                values[RelationParts.Oid(row[0])] = new SequenceValue((long)row[1]!, (bool)row[2]!);
        }

        return values;
    }

    /// <summary>One that was renamed or dropped meanwhile must not spoil the others.</summary>
    private static async ValueTask<IReadOnlyList<object?[]>> ReadAsync(
        NpgsqlConnection connection, object?[][] names, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync($"SAVEPOINT {Aside}", cancellationToken).ConfigureAwait(false);
        try
        {
            return await connection.QueryAsync(
                string.Join(" UNION ALL ", names.Select(row => string.Create(
                    CultureInfo.InvariantCulture,
                    $"SELECT {RelationParts.Oid(row[0])}::oid, last_value, is_called FROM {(string)row[1]!}"))),
                cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            await connection.ExecuteAsync($"ROLLBACK TO {Aside}", cancellationToken).ConfigureAwait(false);
            return await connection.QueryAsync(
                "SELECT seqrelid, coalesce(pg_sequence_last_value(seqrelid), seqstart), "
                + "pg_sequence_last_value(seqrelid) IS NOT NULL FROM pg_sequence WHERE seqrelid IN ("
                + string.Join(',', names.Select(row =>
                    RelationParts.Oid(row[0]).ToString(CultureInfo.InvariantCulture)))
                + ")",
                cancellationToken).ConfigureAwait(false);
        }
    }
}
