using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>
/// Finds one point of several databases. Transactions are numbered across the whole server, so that two snapshots of
/// two databases are the same point exactly when they say the same of every transaction. Each database takes a few
/// snapshots in a row and offers them; what all of them have taken is the point.
/// </summary>
internal sealed class CommonPoint(TimeProvider time)
{
    private const int Attempts = 400;
    private const int OffersPerAttempt = 12;

    /// <summary>In READ COMMITTED every statement has a snapshot of its own.</summary>
    private const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";

    private const string Offer = "SELECT pg_catalog.pg_current_snapshot()::text, pg_catalog.pg_export_snapshot()";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Offers snapshots until one is common to all.</summary>
    /// <param name="connections">One to each database; when it ends they hold the snapshots in a transaction.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The snapshots' ids, in the order of the connections.</returns>
    public async ValueTask<string[]> FindAsync(
        IReadOnlyList<NpgsqlConnection> connections, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var offers = await Task.WhenAll(connections.Select(
                connection => OfferAsync(connection, connections.Count, cancellationToken))).ConfigureAwait(false);
            if (Choose(offers) is { } chosen)
                return chosen;
            foreach (var connection in connections)
                await connection.ExecuteAsync("ROLLBACK", cancellationToken).ConfigureAwait(false);
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        throw PostgresErrors.NoCommonPoint();
    }

    private static async Task<Dictionary<string, string>> OfferAsync(
        NpgsqlConnection connection, int databases, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Begin, cancellationToken).ConfigureAwait(false);
        var offers = new Dictionary<string, string>(StringComparer.Ordinal);
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        for (var i = 0; i < (databases == 1 ? 1 : OffersPerAttempt); i++)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Offer));
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        do
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                offers.TryAdd(reader.GetString(0), reader.GetString(1));
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
        return offers;
    }

    private static string[]? Choose(Dictionary<string, string>[] offers)
    {
        foreach (var point in offers[0].Keys)
        {
            if (offers.All(offer => offer.ContainsKey(point)))
                return [.. offers.Select(offer => offer[point])];
        }

        return null;
    }
}
