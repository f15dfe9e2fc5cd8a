using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Changes;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Restore;
using Backup.Sql.Postgres.Snapshots;
using Npgsql;

namespace Backup.Sql.Postgres;

/// <summary>
/// A PostgreSQL server as one cluster: its databases, or those chosen, are backed up table by table at one point while
/// writers work. Names compare as they are stored.
/// </summary>
/// <remarks>
/// A snapshot holds ACCESS SHARE locks on the tables that the user may read: nobody who reads or writes rows waits for
/// it, who alters, truncates or drops a table does.
/// </remarks>
public sealed class PostgresEngine
    : IDatabaseEngine, IDatabaseAbilities, IZoneConfiguration, IRetentionHolds, ICatalogHistory, IRestoreLedger,
        ISqlPassThrough
{
    internal const string Kind = "postgres";
    private const string BuiltIn = "postgres";
    private readonly PostgresServer _server;
    private readonly DatabaseNames _names;
    private readonly PostgresEngineOptions _options;
    private readonly EngineClock _clock;
    private readonly HistoryService _history;

    private PostgresEngine(PostgresServer server, PostgresEngineOptions options, EngineInfo info)
    {
        _server = server;
        _options = options;
        _names = new DatabaseNames(options);
        _clock = new EngineClock(options.TimeProvider);
        _history = new HistoryService(server, _names, options);
        Opener = new SnapshotOpener(server, _names, options);
        Info = info;
    }

    /// <inheritdoc/>
    public EngineInfo Info { get; }

    internal SnapshotOpener Opener { get; }

    /// <summary>Connects to the server once, to see that it can be worked with.</summary>
    /// <param name="options">Which server, and how.</param>
    /// <returns>The engine.</returns>
    /// <exception cref="BackupSqlException">22023 an option is out of range; 28000 user or password are wrong; 58030
    /// the server cannot be reached; 0A000 it is too old.</exception>
    public static PostgresEngine Open(PostgresEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        var server = new PostgresServer(options);
        using var connection = server.Borrow();
        try
        {
            return new PostgresEngine(server, options, Describe(connection, options));
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From("the server could not be identified", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<HlcTimestamp> GetCurrentTimeAsync(CancellationToken cancellationToken = default) =>
        new(_clock.Next());

    /// <inheritdoc/>
    public async ValueTask<ICatalogReader> OpenCatalogAsync(
        HlcTimestamp? asOf, CancellationToken cancellationToken = default)
    {
        var databases = await _names.ListAsync(_server, cancellationToken).ConfigureAwait(false);
        if (asOf is { } wanted)
        {
            await _history.RequireTrackedAsync(cancellationToken).ConfigureAwait(false);
            if (_clock.Next() is var now && wanted > now)
                throw PostgresErrors.TimeAhead(wanted, now);
        }

        var listed = databases.Select(database => new DatabaseDescriptor
        {
            Id = ObjectIds.OfDatabase(database.Oid),
            Database = database.Name,
            Name = database.Name,
            Owner = database.Owner,
        });
        return new PostgresCatalog(
            [.. databases.Select(database => database.Name)], ReadCatalogAsync,
            asOf is { } time
                ? (connection, database, token) => PastCatalog.ReadAsync(connection, database, time, token)
                : PastCatalog.ReadNowAsync,
            listed: [.. listed]);
    }

    /// <inheritdoc/>
    public async ValueTask<IEngineSnapshot> OpenSnapshotAsync(
        SnapshotRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var databases = request.Databases.Distinct(StringComparer.Ordinal).ToList();
        RequireSeen(databases);
        var turn = await _history.BeginAsync(databases, cancellationToken).ConfigureAwait(false);
        await using var _ = turn.ConfigureAwait(false);
        if (request.AsOf is { } past)
            await RequireHistoryAsync(turn, databases, past, cancellationToken).ConfigureAwait(false);
        var (time, points) = await Opener.OpenAsync(
            databases, () => _clock.Next(turn.Newest), turn.IsTracked, cancellationToken).ConfigureAwait(false);
        var snapshot = new PostgresSnapshot(time, request.AsOf, new SnapshotReaders(_server, points, _options));
        try
        {
            await snapshot.MarkAsync(_history, turn, cancellationToken).ConfigureAwait(false);
            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<EngineCapabilities> GetAbilitiesAsync(
        string database, CancellationToken cancellationToken = default)
    {
        RequireSeen([database]);
        return await _history.FindAsync(database, cancellationToken).ConfigureAwait(false) is null
            ? Info.Capabilities
            : Info.Capabilities | EngineCapabilities.TimeTravel | EngineCapabilities.ChangeExport
                | EngineCapabilities.RevisionHistory | EngineCapabilities.RetentionHolds;
    }

    /// <inheritdoc/>
    public async ValueTask SetHistoryRetentionAsync(
        string database, long? table, TimeSpan? retention, CancellationToken cancellationToken = default)
    {
        RequireSeen([database]);
        if (table is not null)
            throw PostgresErrors.TableHistory(database);
        await _history.SetRetentionAsync(database, retention ?? TimeSpan.Zero, cancellationToken).ConfigureAwait(false);

        // A first mark: what happens from here on can be told.
        if (retention > TimeSpan.Zero)
        {
            var snapshot = await OpenSnapshotAsync(new SnapshotRequest { Databases = [database] }, cancellationToken)
                .ConfigureAwait(false);
            await snapshot.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HlcTimestamp>> GetCatalogChangesAsync(
        string database, HlcTimestamp after, HlcTimestamp upTo, CancellationToken cancellationToken = default)
    {
        RequireSeen([database]);
        return _history.CatalogChangesAsync(database, after, upTo, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<HlcTimestamp> GetHistoryStartAsync(
        string database, CancellationToken cancellationToken = default)
    {
        RequireSeen([database]);
        return await _history.StartOfAsync(database, cancellationToken).ConfigureAwait(false) ?? _clock.Next();
    }

    /// <inheritdoc/>
    public ValueTask SetDataExclusionAsync(
        string database, long table, bool isExcluded, CancellationToken cancellationToken = default) =>
        throw PostgresErrors.NoExclusion();

    /// <inheritdoc/>
    public ValueTask HoldAsync(string name, HlcTimestamp from, CancellationToken cancellationToken = default) =>
        _history.HoldAsync(name, from, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string name, CancellationToken cancellationToken = default) =>
        _history.ReleaseAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IRestoreTransaction> BeginRestoreAsync(
        RestoreRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await PostgresRestore.BeginAsync(request, _server, _names, _options, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsPublishedAsync(string id, CancellationToken cancellationToken = default) =>
        new RestoreLedger(_server).IsPublishedAsync(id, cancellationToken);

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string id, CancellationToken cancellationToken = default) =>
        new RestoreLedger(_server).ForgetAsync(id, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<PassThroughResult> ExecuteAsync(
        string database, string sql, CancellationToken cancellationToken = default)
    {
        RequireSeen([database]);
        try
        {
            return await PassThrough.ExecuteAsync(_server, _names.OnServer(database), sql, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.From("the server did not run the statement", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static void Validate(PostgresEngineOptions options)
    {
        if (options.Connections is < 1 or > 64)
            throw PostgresErrors.OutOfRange(nameof(options.Connections), "1 to 64");
        if (options.LockTimeout <= TimeSpan.Zero || options.LockTimeout > TimeSpan.FromHours(1))
            throw PostgresErrors.OutOfRange(nameof(options.LockTimeout), "1 ms to 1 h");
        if (options.MaxKeptLog < 16 << 20)
            throw PostgresErrors.OutOfRange(nameof(options.MaxKeptLog), "16 MiB on");
        if (options.Databases.Values.Distinct(StringComparer.Ordinal).Count() < options.Databases.Count)
            throw PostgresErrors.DatabaseTwice();
    }

    private static EngineInfo Describe(NpgsqlConnection connection, PostgresEngineOptions options)
    {
        var version = connection.PostgreSqlVersion;
        if (version.Major < PostgresErrors.OldestVersion)
            throw PostgresErrors.TooOld(version);
        using var command = new NpgsqlCommand(
            "SELECT system_identifier::text FROM pg_catalog.pg_control_system()", connection);
        return new EngineInfo
        {
            Kind = Kind,
            Version = version.ToString(),
            Package = "Backup.Sql.Postgres",
            ClusterId = Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!,
            Capabilities = EngineCapabilities.Schemas | EngineCapabilities.Partitions | EngineCapabilities.ReplaceRows
                | EngineCapabilities.ZoneConfiguration | EngineCapabilities.RestoreLedger,
            NameComparer = StringComparer.Ordinal,
            BuiltInDatabases = options.Databases.Count == 0 ? [BuiltIn] : [],
        };
    }

    /// <summary>
    /// One transaction for one use: what it reads fits together. To tell what a view says the server locks the tables
    /// that it shows, and somebody may be altering one.
    /// </summary>
    private async ValueTask ReadCatalogAsync(
        string database, Func<NpgsqlConnection, ValueTask> use, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _server.BorrowAsync(_names.OnServer(database), cancellationToken)
                .ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await connection.ExecuteAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
                    SET LOCAL lock_timeout = {(long)_options.LockTimeout.TotalMilliseconds}
                    """),
                cancellationToken).ConfigureAwait(false);
            await use(connection).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"the catalog of database {database} could not be read", failure);
        }
    }

    private async ValueTask RequireHistoryAsync(
        SnapshotTurn turn, IReadOnlyList<string> databases, HlcTimestamp time, CancellationToken cancellationToken)
    {
        var now = _clock.Next(turn.Newest);
        if (time > now)
            throw PostgresErrors.TimeAhead(time, now);
        foreach (var database in databases)
        {
            if (!turn.IsTracked(database))
            {
                throw turn.Late.Contains(database)
                    ? PostgresErrors.NoSlotYet(database) : PostgresErrors.NoHistory(database);
            }

            var start = await _history.StartOfAsync(database, cancellationToken).ConfigureAwait(false) ?? now;
            if (time < start)
                throw PostgresErrors.TimeGone(database, time, start);
        }
    }

    private void RequireSeen(IEnumerable<string> databases)
    {
        foreach (var database in databases)
        {
            if (_names.Shown(_names.OnServer(database)) != database)
                throw PostgresErrors.UnknownDatabase(database);
        }
    }
}
