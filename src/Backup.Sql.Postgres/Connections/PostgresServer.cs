using System.Collections.Concurrent;
using Backup.Sql.Diagnostics;
using Npgsql;

namespace Backup.Sql.Postgres.Connections;

/// <summary>
/// Opens connections with settings under which values and definitions have one text only. A restore has connections of
/// its own, whose locks and settings end with them. What a backup asks and reads goes over borrowed ones: they are
/// reset before the next one has them, and nobody has to wait long for an idle one to go who drops or copies its
/// database, for the server gives it five seconds.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>Whatever server, database or user have set: texts are these, and nothing ends our work.</summary>
    private const string Settings =
        "-c search_path= -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=3 "
        + "-c bytea_output=hex -c xmloption=content -c row_security=off -c quote_all_identifiers=off "
        + "-c standard_conforming_strings=on -c array_nulls=on -c transform_null_equals=off -c statement_timeout=0 "
        + "-c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0 "
        + "-c default_transaction_read_only=off -c default_transaction_isolation=read\\ committed -c jit=off "
        + "-c synchronize_seqscans=off -c lc_monetary=C";

    /// <summary>The first server that ends transactions for their length: older ones know nothing of it.</summary>
    private const int FirstWithTransactionTimeout = 17;

    private const int BufferBytes = 64 << 10;
    private const int MostBorrowed = 1000;

    private readonly NpgsqlConnectionStringBuilder _builder;
    private readonly ConcurrentDictionary<(string Database, bool IsBorrowed), NpgsqlDataSource> _sources = new();

    public PostgresServer(PostgresEngineOptions options)
    {
        try
        {
            _builder = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw PostgresErrors.BadConnectionString();
        }
        _builder.ApplicationName = "backup.sql";
        _builder.Options = string.IsNullOrEmpty(_builder.Options) ? Settings : $"{_builder.Options} {Settings}";
        _builder.ClientEncoding = "UTF8";
        _builder.CommandTimeout = 0;
        _builder.Enlist = false;
        _builder.Multiplexing = false;
        _builder.ReadBufferSize = BufferBytes;
        _builder.WriteBufferSize = BufferBytes;
        _builder.IncludeErrorDetail = false;
        _builder.Database ??= "postgres";
    }

    /// <summary>The database for what belongs to the whole server.</summary>
    public string MaintenanceDatabase => _builder.Database!;

    /// <summary>Borrows a connection to <see cref="MaintenanceDatabase"/>; the thread waits.</summary>
    public NpgsqlConnection Borrow()
    {
        try
        {
            return Of(MaintenanceDatabase, isBorrowed: true).OpenConnection();
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From("the server could not be reached", failure);
        }
    }

    /// <summary>Opens a connection that ends when it is disposed.</summary>
    /// <param name="database">The database, as the server calls it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadyAsync(
                await Of(database, isBorrowed: false).OpenConnectionAsync(cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw NotOpened(database, failure);
        }
    }

    /// <summary>
    /// Borrows a connection, which goes back when it is disposed: what it has under way is rolled back then. Locks that
    /// outlast transactions are the borrower's to give up.
    /// </summary>
    /// <param name="database">The database, as the server calls it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<NpgsqlConnection> BorrowAsync(string database, CancellationToken cancellationToken)
    {
        var source = Of(database, isBorrowed: true);
        try
        {
            return await LivingAsync(source, cancellationToken).ConfigureAwait(false)
                ?? await ReadyAsync(
                    await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw NotOpened(database, failure);
        }
    }

    /// <summary>Closes what lies idle of some databases, so that nobody has to wait for it.</summary>
    /// <param name="databases">The databases, as the server calls them.</param>
    public void CloseIdle(IEnumerable<string> databases)
    {
        foreach (var database in databases)
            Of(database, isBorrowed: true).Clear();
    }

    /// <summary>Closes what lies idle.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources.Values)
            await source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Borrows a connection that the server still knows; null when it has ended the one that lay there, and with it
    /// most likely the others.
    /// </summary>
    private static async ValueTask<NpgsqlConnection?> LivingAsync(
        NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadyAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            source.Clear();
            return null;
        }
    }

    /// <summary>
    /// Sees that a connection is alive. What would end a long transaction cannot be turned off with the other settings:
    /// servers that do not know it refuse whoever names it.
    /// </summary>
    private static async ValueTask<NpgsqlConnection> ReadyAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var isKnown = connection.PostgreSqlVersion.Major >= FirstWithTransactionTimeout;
        try
        {
            await connection.ExecuteAsync(isKnown ? "SET transaction_timeout = 0" : "SELECT", cancellationToken)
                .ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.GiveBackAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static BackupSqlException NotOpened(string database, Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName }
            ? PostgresErrors.UnknownDatabase(database)
            : PostgresErrors.From($"database {database} could not be opened", failure);

    private NpgsqlDataSource Of(string database, bool isBorrowed) =>
        _sources.GetOrAdd((database, isBorrowed), key => Make(key.Database, key.IsBorrowed));

    private NpgsqlDataSource Make(string database, bool isBorrowed)
    {
        var made = new NpgsqlDataSourceBuilder(_builder.ConnectionString);
        var target = made.ConnectionStringBuilder;
        target.Database = database;
        target.Pooling = isBorrowed;
        target.MinPoolSize = 0;
        target.MaxPoolSize = MostBorrowed;
        target.ConnectionIdleLifetime = 1;
        target.ConnectionPruningInterval = 1;
        target.NoResetOnClose = false;

        // What the driver would read of the types of each database is not needed: rows are copied, catalogs are text.
        made.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return made.Build();
    }
}
