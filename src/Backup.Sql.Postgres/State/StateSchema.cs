using System.Buffers.Binary;
using System.Data;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Backup.Sql.Postgres.State;

/// <summary>
/// The schema that holds a state: the names of its tables, their making, and the locks of their entries.
/// </summary>
internal sealed class StateSchema
{
    private const int LongestName = 63;
    private const int FormatVersion = 1;
    private const string EntryTable = "state_entry";
    private const string FormatTable = "state_format";

    private readonly string _name;
    private readonly string _quoted;

    public StateSchema(string name)
    {
        if (name.Length == 0 || name.Contains('\0') || Encoding.UTF8.GetByteCount(name) > LongestName)
            throw StateErrors.BadSchema();
        _name = name;
        _quoted = Quote(name);
    }

    public string Name => _name;

    /// <summary>The entries.</summary>
    public string Entry => $"{_quoted}.{EntryTable}";

    /// <summary>Commits whose callers may not know their outcome yet.</summary>
    public string Commit => $"{_quoted}.state_commit";

    private string Format => $"{_quoted}.{FormatTable}";

    /// <summary>Whether the state has been made; refuses what is no state, or one of a newer version.</summary>
    public async ValueTask<bool> IsMadeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = await TablesAsync(connection, cancellationToken).ConfigureAwait(false);
        if (!tables.Contains(FormatTable))
            return tables.Contains(EntryTable) ? throw StateErrors.NotAState(_name) : false;
        using var command = new NpgsqlCommand($"SELECT version FROM {Format}", connection);
        var version = (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) ?? 0);
        return version == FormatVersion ? true : throw StateErrors.Newer(_name, version, FormatVersion);
    }

    /// <summary>Makes the state, unless somebody else has made it meanwhile.</summary>
    public async ValueTask MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockOf("", "")})", cancellationToken)
            .ConfigureAwait(false);
        if (await IsMadeAsync(connection, cancellationToken).ConfigureAwait(false))
            return;
        if (!await SchemaExistsAsync(connection, cancellationToken).ConfigureAwait(false))
            await ExecuteAsync(connection, $"CREATE SCHEMA {_quoted}", cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, Creation(), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The number of the lock that whoever changes an entry holds until the end of its transaction. Rows cannot be
    /// locked before they are there; numbers can. Two entries with one number only wait for each other.
    /// </summary>
    public long LockOf(string kind, string key)
    {
        // The lengths keep ("a", "bc") and ("ab", "c") apart.
        var text = FormattableString.Invariant($"{_name}\0{kind.Length}\0{kind}\0{key}");
        return BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.Unicode.GetBytes(text)));
    }

    // Entries of jobs and leases change every few seconds: room in the pages lets a new version lie beside the old one.
    private string Creation() => $"""
        CREATE TABLE {Entry} (
            kind text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            version bigint NOT NULL,
            value bytea NOT NULL,
            PRIMARY KEY (kind, key)) WITH (fillfactor = 70);
        CREATE TABLE {Commit} (
            id bytea PRIMARY KEY, made boolean NOT NULL, noted timestamptz NOT NULL DEFAULT now());
        CREATE TABLE {Format} (version integer NOT NULL);
        INSERT INTO {Format} VALUES ({FormatVersion});
        """;

    private async ValueTask<bool> SchemaExistsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // CREATE SCHEMA IF NOT EXISTS asks for the right to make one even where it has nothing to do.
        using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)", connection)
        {
            Parameters = { new() { Value = _name } },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    // In one query, so that all answers are of one moment: another process may be making them. And asked of the
    // catalog's table: to_regclass may answer from what its session remembers, however old.
    private async ValueTask<string[]> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(
            """
            SELECT coalesce(array_agg(c.relname::text), '{}')
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = ANY ($2)
            """,
            connection)
        {
            Parameters = { new() { Value = _name }, new() { Value = new[] { EntryTable, FormatTable } } },
        };
        return (string[])(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async ValueTask ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
