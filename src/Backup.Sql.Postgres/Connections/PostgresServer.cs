using Npgsql;

namespace Backup.Sql.Postgres.Connections;

/// <summary>
/// Opens connections with settings under which values and definitions have one text only. They are not pooled: a
/// snapshot or a restore has connections of its own for as long as it lasts, and a setting of a session dies with it.
/// </summary>
internal sealed class PostgresServer
{
    /// <summary>Whatever the server, the database or the user has set: texts are these, and nothing ends our work.</summary>
    private const string Settings =
        "-c search_path= -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=3 "
        + "-c bytea_output=hex -c xmloption=content -c row_security=off -c quote_all_identifiers=off "
        + "-c standard_conforming_strings=on -c array_nulls=on -c transform_null_equals=off -c statement_timeout=0 "
        + "-c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0 "
        + "-c default_transaction_read_only=off -c default_transaction_isolation=read\\ committed -c jit=off "
        + "-c synchronize_seqscans=off -c lc_monetary=C";

    private const int BufferBytes = 64 << 10;

    private readonly NpgsqlConnectionStringBuilder _builder;

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
        _builder.Pooling = false;
        _builder.ApplicationName = "backup.sql";
        _builder.Options = string.IsNullOrEmpty(_builder.Options) ? Settings : $"{_builder.Options} {Settings}";
        _builder.ClientEncoding = "UTF8";
        _builder.CommandTimeout = 0;
        _builder.Enlist = false;
        _builder.ReadBufferSize = BufferBytes;
        _builder.WriteBufferSize = BufferBytes;
        _builder.IncludeErrorDetail = false;
        _builder.Database ??= "postgres";
    }

    /// <summary>The database for what belongs to the whole server.</summary>
    public string MaintenanceDatabase => _builder.Database!;

    /// <summary>Opens a connection to <see cref="MaintenanceDatabase"/>; the thread waits.</summary>
    public NpgsqlConnection Open()
    {
        var connection = new NpgsqlConnection(_builder.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            connection.Dispose();
            throw PostgresErrors.From("the server could not be reached", failure);
        }
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="database">The database, as the server calls it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlConnectionStringBuilder(_builder.ConnectionString) { Database = database };
        var connection = new NpgsqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw failure is PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName }
                ? PostgresErrors.UnknownDatabase(database)
                : PostgresErrors.From($"database {database} could not be opened", failure);
        }
    }
}
