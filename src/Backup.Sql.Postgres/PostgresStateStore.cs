using System.Collections.Concurrent;
using Backup.Sql.Diagnostics;
using Backup.Sql.Postgres.State;
using Backup.Sql.State;
using Npgsql;

namespace Backup.Sql.Postgres;

/// <summary>
/// A state store in a PostgreSQL database, which any number of processes on any number of hosts may share. What a call
/// has committed is on the server's disk; a process or a server that dies in the middle of a call leaves everything or
/// nothing of it.
/// </summary>
/// <remarks>
/// It has a schema of its own, which the first change makes: whoever only looks leaves no trace. A call that loses its
/// connection goes on with another for half a minute, so that a restart of the server is not noticed; what became of a
/// commit whose answer was lost is found out before the caller is told.
/// </remarks>
public sealed class PostgresStateStore : IStateStore
{
    /// <summary>The schema that holds the state unless another one is named: <c>backupsql</c>.</summary>
    public const string DefaultSchema = "backupsql";

    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<byte[]> _known = new();
    private readonly StateSchema _schema;
    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _patience;
    private bool _isMade;
    private bool _wasReached;
    private bool _wasTidied;
    private bool _disposed;

    private PostgresStateStore(NpgsqlDataSource source, StateSchema schema, TimeSpan patience)
    {
        _source = source;
        _schema = schema;
        _patience = patience;
    }

    /// <summary>Names a state in the schema <see cref="DefaultSchema"/>.</summary>
    /// <inheritdoc cref="Open(string, string)"/>
    public static PostgresStateStore Open(string connectionString) => Open(connectionString, DefaultSchema);

    /// <summary>Names a state. The server is asked by the first call.</summary>
    /// <param name="connectionString">
    /// How the database is reached, in Npgsql's terms: <c>Host=db1;Username=backup;Database=jobs</c>; several hosts
    /// where one may take over from another. Default of the database: <c>postgres</c>; of the greatest number of
    /// connections: 8. Nothing of it enters a log or an error.
    /// </param>
    /// <param name="schema">The schema that holds the state; nothing else should be in it.</param>
    /// <returns>The store.</returns>
    /// <exception cref="BackupSqlException">22023 the connection string or the schema's name cannot be used.</exception>
    public static PostgresStateStore Open(string connectionString, string schema) =>
        Open(connectionString, schema, UsualPatience);

    /// <param name="connectionString">As above.</param>
    /// <param name="schema">As above.</param>
    /// <param name="patience">How long a call goes on trying.</param>
    /// <inheritdoc cref="Open(string, string)"/>
    internal static PostgresStateStore Open(string connectionString, string schema, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(schema);
        var stateSchema = new StateSchema(schema);
        return new PostgresStateStore(StateSource.Make(connectionString), stateSchema, patience);
    }

    /// <inheritdoc/>
    public ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default) =>
        RunAsync("read", async (connection, _) =>
        {
            if (!await IsMadeAsync(connection, cancellationToken).ConfigureAwait(false))
                return null;
            using var command = new NpgsqlCommand(
                $"SELECT key, version, value FROM {_schema.Entry} WHERE kind = $1 AND key = $2", connection)
            {
                Parameters = { new() { Value = StateText.Write(kind) }, new() { Value = StateText.Write(key) } },
            };
            return (await ReadAsync(kind, command, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string kind, CancellationToken cancellationToken = default) =>
        RunAsync<IReadOnlyList<StateEntry>>("read", async (connection, _) =>
        {
            if (!await IsMadeAsync(connection, cancellationToken).ConfigureAwait(false))
                return [];
            using var command = new NpgsqlCommand(
                $"SELECT key, version, value FROM {_schema.Entry} WHERE kind = $1", connection)
            {
                Parameters = { new() { Value = StateText.Write(kind) } },
            };
            return await ReadAsync(kind, command, cancellationToken).ConfigureAwait(false);
        }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> TryCommitAsync(
        IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        cancellationToken.ThrowIfCancellationRequested();
        if (changes.Count == 0)
            return true;
        var number = new byte[16];
        CryptoRandomSource.Instance.Fill(number);
        var known = TakeKnown();
        var (isDone, wasUnsure) = (false, false);
        var commit = new StateCommit(_schema, changes, number, known);
        try
        {
            var made = await RunAsync("changed", async (connection, isAgain) =>
            {
                wasUnsure |= isAgain;
                await MakeReadyAsync(connection, cancellationToken).ConfigureAwait(false);
                return await commit.TryAsync(connection, isAgain, cancellationToken).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
            isDone = true;

            // The number of a call with several attempts stays for a day: an attempt may still be on its way.
            if (made && !wasUnsure)
                _known.Enqueue(number);
            return made;
        }
        finally
        {
            foreach (var one in isDone ? [] : known)
                _known.Enqueue(one);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _disposed, true);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private static async ValueTask<List<StateEntry>> ReadAsync(
        string kind, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<StateEntry>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            entries.Add(new StateEntry(
                kind, StateText.Read(reader.GetString(0)), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        }

        // The contract orders by units of UTF-16, which is not the order of what is written for them.
        entries.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        return entries;
    }

    private async ValueTask<bool> IsMadeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isMade))
            return true;
        var isMade = await _schema.IsMadeAsync(connection, cancellationToken).ConfigureAwait(false);
        if (isMade)
            Volatile.Write(ref _isMade, true);
        return isMade;
    }

    private async ValueTask MakeReadyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await IsMadeAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            await _schema.MakeAsync(connection, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _isMade, true);
        }

        if (!Interlocked.Exchange(ref _wasTidied, true))
            await StateCommit.ForgetOldAsync(connection, _schema, cancellationToken).ConfigureAwait(false);
    }

    private byte[][] TakeKnown()
    {
        var known = new List<byte[]>();
        while (_known.TryDequeue(out var number))
            known.Add(number);
        return [.. known];
    }

    /// <summary>
    /// Runs a call on one connection after the other until one lasts. The server and other processes keep to no clock
    /// of ours: the pauses are real time.
    /// </summary>
    private async ValueTask<T> RunAsync<T>(
        string what, Func<NpgsqlConnection, bool, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = TimeProvider.System.GetTimestamp();
        var pause = FirstPause;
        var isAgain = false; // the server has been told before
        while (true)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
            var wasTold = false;
            try
            {
                var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using var _ = connection.ConfigureAwait(false);
                Volatile.Write(ref _wasReached, true);
                wasTold = true;
                return await call(connection, isAgain).ConfigureAwait(false);
            }
            catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
            {
                cancellationToken.ThrowIfCancellationRequested();
                isAgain |= wasTold;
                if (!IsWorthAnother(failure) || TimeProvider.System.GetElapsedTime(started) > _patience)
                    throw StateErrors.From($"the state in schema {_schema.Name} could not be {what}", failure, isAgain);
                if (failure is not PostgresException)
                    _source.Clear(); // the others of the pool have most likely died with it
            }

            await Task.Delay(pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Who was never there is not waited for: most likely it is the wrong address.
    private bool IsWorthAnother(Exception failure) => StateErrors.Passes(failure)
        && (failure is PostgresException || Volatile.Read(ref _wasReached));
}
