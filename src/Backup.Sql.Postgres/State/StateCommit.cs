using Backup.Sql.State;
using Npgsql;
using NpgsqlTypes;

namespace Backup.Sql.Postgres.State;

/// <summary>
/// One call that changes entries, however many attempts it takes. An attempt is one message to the server and one
/// transaction: the entries' locks in a fixed order, then one statement that compares all versions and changes all
/// entries or none. No lock is ever held while the server waits for us.
/// </summary>
/// <remarks>
/// A connection that breaks leaves its caller without an answer, and the transaction under way, done or lost. So every
/// commit has a number, which it leaves in the state together with its changes. The next attempt waits for the locks,
/// which means for the end of the one before if that still runs, and looks for the number first. Where it finds that
/// the versions do not fit, it leaves the number too, so that an attempt that the network has held back changes nothing
/// when it arrives.
/// </remarks>
internal sealed class StateCommit
{
    /// <summary>For how long the server waits for other commits, and works on one, before it gives up.</summary>
    private const string Begin =
        "SELECT set_config('lock_timeout', '10s', true), set_config('statement_timeout', '30s', true), "
        + "set_config('synchronous_commit', 'on', true)";

    private readonly StateSchema _schema;
    private readonly IReadOnlyList<StateChange> _changes;
    private readonly byte[] _number;
    private readonly byte[][] _known;
    private readonly long[] _locks;

    /// <summary>Prepares a call.</summary>
    /// <param name="schema">Where.</param>
    /// <param name="changes">At least one.</param>
    /// <param name="number">16 bytes that no other call has.</param>
    /// <param name="known">Numbers that nobody will ask for any more.</param>
    public StateCommit(StateSchema schema, IReadOnlyList<StateChange> changes, byte[] number, byte[][] known)
    {
        _schema = schema;
        _changes = changes;
        _number = number;
        _known = known;
        _locks = [.. changes.Select(change => schema.LockOf(change.Kind, change.Key)).Distinct().Order()];
    }

    /// <summary>Tries once.</summary>
    /// <param name="connection">An open connection outside of a transaction.</param>
    /// <param name="isAgain">True when an attempt before may have done it, or may yet.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False, and nothing changed, if an entry has another version.</returns>
    public async ValueTask<bool> TryAsync(
        NpgsqlConnection connection, bool isAgain, CancellationToken cancellationToken)
    {
        using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // Whatever the user's default: after the locks, each statement sees what the others have committed.
                new("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
                new(Begin),
                new("SELECT pg_advisory_xact_lock(l) FROM unnest($1) AS l")
                {
                    Parameters = { new() { Value = _locks } },
                },
                Change(isAgain),
                new("COMMIT"),
            },
        };
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false); // settings, locks, change
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var made = reader.GetBoolean(0);

        // The answer counts only once the one to COMMIT has come.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return made;
    }

    /// <summary>Takes away the numbers that processes left behind which ended before their next commit.</summary>
    public static async ValueTask ForgetOldAsync(
        NpgsqlConnection connection, StateSchema schema, CancellationToken cancellationToken)
    {
        // Whoever else is at it takes the others.
        using var command = new NpgsqlCommand(
            $"""
            DELETE FROM {schema.Commit} WHERE id IN (
                SELECT id FROM {schema.Commit} WHERE noted < now() - interval '1 day' FOR UPDATE SKIP LOCKED)
            """,
            connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlBatchCommand Change(bool isAgain) => new(Statement())
    {
        Parameters =
        {
            new() { Value = _changes.Select(change => StateText.Write(change.Kind)).ToArray() },
            new() { Value = _changes.Select(change => StateText.Write(change.Key)).ToArray() },
            new() { Value = _changes.Select(change => change.ExpectedVersion).ToArray() },
            new()
            {
                Value = _changes.Select(change => change.Value?.ToArray()).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            },
            new() { Value = _number },
            new() { Value = isAgain },
            new() { Value = _known, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
        },
    };

    // The rows are locked too, against whoever changes them by hand and knows nothing of our locks.
    private string Statement() => $"""
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4) AS g (kind, key, version, value)),
        seen AS MATERIALIZED (
            SELECT e.kind, e.key, e.version FROM {_schema.Entry} e JOIN given g USING (kind, key)
            ORDER BY 1, 2 FOR UPDATE OF e),
        earlier AS MATERIALIZED (SELECT made FROM {_schema.Commit} WHERE id = $5),
        verdict AS MATERIALIZED (
            SELECT NOT EXISTS (SELECT FROM earlier) AND NOT EXISTS (
                SELECT FROM given g LEFT JOIN seen s USING (kind, key)
                WHERE coalesce(s.version, 0) <> g.version) AS fits),
        noted AS (
            INSERT INTO {_schema.Commit} (id, made) SELECT $5, fits FROM verdict
            WHERE fits OR ($6 AND NOT EXISTS (SELECT FROM earlier))),
        forgotten AS (DELETE FROM {_schema.Commit} WHERE id = ANY ($7)),
        removed AS (
            DELETE FROM {_schema.Entry} e USING given g, verdict
            WHERE fits AND g.value IS NULL AND (e.kind, e.key) = (g.kind, g.key)),
        changed AS (
            INSERT INTO {_schema.Entry} AS e SELECT kind, key, version + 1, value FROM given, verdict
            WHERE fits AND value IS NOT NULL
            ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, value = excluded.value)
        SELECT coalesce((SELECT made FROM earlier), fits) FROM verdict
        """;
}
