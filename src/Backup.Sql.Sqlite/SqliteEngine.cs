using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Pages;
using Backup.Sql.Sqlite.Restore;
using SQLitePCL;

namespace Backup.Sql.Sqlite;

/// <summary>
/// SQLite files as one cluster. A database is exported page by page while writers work, a table row by row; restored
/// databases are new files, restored tables come in one transaction. The schema <c>main</c> appears as
/// <c>public</c>; names compare as SQLite compares them, ignoring the case of ASCII letters.
/// </summary>
/// <remarks>
/// The engine works through the SQLite of the host's SQLitePCLRaw provider and never opens a database file by itself.
/// </remarks>
public sealed class SqliteEngine
    : IDatabaseEngine, IPageSpaceReader, ISqlPassThrough, IDatabaseAbilities, IZoneConfiguration,
    IRetentionHolds, ICatalogHistory, IRestoreLedger
{
    internal const string Kind = "sqlite";
    private const string ScratchPrefix = "scratch-";
    private readonly SqliteEngineOptions _options;
    private readonly DatabaseFiles _files;
    private readonly EngineClock _clock;
    private readonly ConnectionSource _connections;
    private readonly SnapshotOpener _opener;
    private readonly HistoryService _history;
    private readonly PastOpener _past;
    private readonly TableProof? _proof;
    private readonly StagedRestores _restores;
    private readonly Lazy<EngineInfo> _info;
    private readonly Dictionary<string, string> _localities;

    private SqliteEngine(SqliteEngineOptions options, DatabaseFiles files, NativeApi? native)
    {
        _options = options;
        _files = files;
        _connections = new ConnectionSource(native, options.BusyTimeout);
        _clock = new EngineClock(options.TimeProvider);
        _opener = new SnapshotOpener(_connections, _clock, options.TimeProvider);
        _history = new HistoryService(files, _connections, _opener, _clock);
        _past = new PastOpener(_connections);
        _proof = options.ProvesChanges ? new TableProof(files, _connections, _clock) : null;
        _restores = new StagedRestores(files, _connections);
        _localities = new Dictionary<string, string>(options.Localities, AsciiIgnoreCaseComparer.Instance);
        _info = new Lazy<EngineInfo>(Describe);
    }

    /// <summary>What the engine is. The first call may make the cluster's identity.</summary>
    /// <exception cref="BackupSqlException">58030 the identity could not be stored; XX001 it is damaged.</exception>
    public EngineInfo Info => _info.Value;

    private string ScratchParent => _options.ScratchDirectory ?? _files.StateDirectory;

    /// <summary>
    /// Opens the cluster. A publication that a crash interrupted is finished first; what was not committed is removed.
    /// </summary>
    /// <param name="options">Which files, and how.</param>
    /// <returns>The engine.</returns>
    /// <exception cref="BackupSqlException">55000 no SQLite provider is set; 22023 the options name no database, or
    /// one file twice.</exception>
    public static SqliteEngine Open(SqliteEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireProvider();
        return Open(options, NativeApi.Instance);
    }

    internal static SqliteEngine Open(SqliteEngineOptions options, NativeApi? native)
    {
        var engine = new SqliteEngine(options, new DatabaseFiles(options), native);
        engine.Recover();
        return engine;
    }

    /// <inheritdoc/>
    public ValueTask<HlcTimestamp> GetCurrentTimeAsync(CancellationToken cancellationToken = default) =>
        new(_clock.Next());

    /// <inheritdoc/>
    public async ValueTask<ICatalogReader> OpenCatalogAsync(
        HlcTimestamp? asOf, CancellationToken cancellationToken = default)
    {
        if (asOf is { } past)
            RequirePast(past);
        return await Task.Run(
            () => CurrentCatalog.Read(
                _files.List(), _connections.Open, _opener.OpenNow, ReadSchema(asOf), cancellationToken),
            cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IEngineSnapshot> OpenSnapshotAsync(
        SnapshotRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var files = request.Databases.Select(_files.Find).DistinctBy(file => file.Path)
            .OrderBy(file => file.Name, AsciiIgnoreCaseComparer.Instance).ToList();
        PrivateDirectory? scratch = null;
        try
        {
            var (databases, time) = await Task.Run(
                () => request.AsOf is { } past
                    ? Task.FromResult(OpenPast(files, past, Scratch(), cancellationToken))
                    : _opener.OpenAsync(files, Scratch, cancellationToken),
                cancellationToken)
                .ConfigureAwait(false);
            return new SqliteSnapshot(time, databases, scratch, _localities, _proof);
        }
        catch
        {
            scratch?.Dispose();
            throw;
        }

        string Scratch()
        {
            if (scratch is null)
                RemoveAbandonedScratch();
            return (scratch ??= PrivateDirectory.Create(ScratchParent, ScratchPrefix + NewId())).Path;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IRestoreTransaction> BeginRestoreAsync(
        RestoreRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(new SqliteRestore(request, _files, _connections, _history, _past, _restores, NewId()));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsPublishedAsync(string id, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _restores.IsPublished(id), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string id, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _restores.Forget(id), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IPageMaterialisation> BeginMaterialiseAsync(
        PageSpace space, SpaceShape shape, string scratchDirectory, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(shape);
        var path = Path.Combine(Path.GetFullPath(scratchDirectory), $"{NewId()}.db");
        var writer = new PageFileWriter(path, space.Database, shape);
        return new(new PageMaterialisation(writer, space.Database, _connections, _past, _clock));
    }

    /// <inheritdoc/>
    public async ValueTask<PassThroughResult> ExecuteAsync(
        string database, string sql, CancellationToken cancellationToken = default)
    {
        var file = _files.Find(database);
        return await Task.Run(
            async () =>
            {
                using var connection = _connections.Open(file);
                var history = HistoryState.IsTracked(connection) ? _history : null;
                var result = PassThrough.Execute(connection, sql, history, cancellationToken);
                if (history is not null && connection.IsAutocommit)
                    await history.MarkAsync(file.Name, cancellationToken).ConfigureAwait(false);
                return result;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sets a mark in every database that keeps history, if anything was written since the last one: a time that AS OF
    /// SYSTEM TIME can go back to. Every backup and everything that the engine commits itself sets one anyway; a host
    /// that wants finer steps calls this by a timer.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask MarkHistoryAsync(CancellationToken cancellationToken = default) =>
        await Task.Run(() => _history.MarkAsync(cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<EngineCapabilities> GetAbilitiesAsync(
        string database, CancellationToken cancellationToken = default) =>
        Info.Capabilities
        | await Task.Run(() => _history.AbilitiesOf(database), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask SetHistoryRetentionAsync(
        string database, long? table, TimeSpan? retention, CancellationToken cancellationToken = default)
    {
        if (table is not null)
            throw SqliteErrors.TableHistory(database);
        await Task.Run(() => _history.Configure(database, retention, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask SetDataExclusionAsync(
        string database, long table, bool isExcluded, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _history.Exclude(database, table, isExcluded, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask HoldAsync(string name, HlcTimestamp from, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _history.Hold(name, from, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask RenewAsync(string name, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _history.Renew(name, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(string name, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _history.Release(name, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<HlcTimestamp>> GetCatalogChangesAsync(
        string database, HlcTimestamp after, HlcTimestamp upTo, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _history.CatalogChanges(database, after, upTo), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<HlcTimestamp> GetHistoryStartAsync(
        string database, CancellationToken cancellationToken = default) =>
        await Task.Run(() => _history.StartOf(database), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static void RequireProvider()
    {
        try
        {
            raw.sqlite3_libversion_number();
        }
        catch (Exception failure)
        {
            // SQLitePCLRaw throws a plain Exception where no provider was set.
            throw SqliteErrors.NoProvider(failure);
        }
    }

    private EngineInfo Describe() => new()
    {
        Kind = Kind,
        Version = raw.sqlite3_libversion().utf8_to_string(),
        Package = "Backup.Sql.Sqlite",
        ClusterId = _options.ClusterId ?? ClusterIdentity.ReadOrCreate(_files.StateDirectory, _options.Random),
        Capabilities = EngineCapabilities.PageSpaces | EngineCapabilities.ZoneConfiguration
            | EngineCapabilities.ReplaceRows | EngineCapabilities.RestoreLedger,
        NameComparer = AsciiIgnoreCaseComparer.Instance,
    };

    private void Recover()
    {
        _restores.Recover();
        RemoveAbandonedScratch();
    }

    private void RemoveAbandonedScratch()
    {
        foreach (var abandoned in PrivateDirectory.Abandoned(ScratchParent, ScratchPrefix))
            abandoned.Dispose();
    }

    /// <summary>Refuses times that no database can know.</summary>
    private void RequirePast(HlcTimestamp time)
    {
        if (_history.Tracked().Count == 0)
            throw SqliteErrors.NoHistory();
        var now = _clock.Next();
        if (time > now)
            throw SqliteErrors.TimeAhead(time, now);
    }

    /// <summary>Of a past time, the schemas of databases that kept it; the others say that they did not.</summary>
    private Func<DatabaseFile, SqliteSchema>? ReadSchema(HlcTimestamp? asOf) =>
        asOf is { } time ? file => _past.ReadSchema(file, time) : null;

    private (List<DatabaseSnapshot> Databases, HlcTimestamp Time) OpenPast(
        List<DatabaseFile> files, HlcTimestamp time, string scratch, CancellationToken cancellationToken)
    {
        RequirePast(time);
        var chosen = _past.Choose(files, time);
        return (files.ConvertAll(file => _past.Open(file, chosen, scratch, cancellationToken)), chosen);
    }

    private string NewId()
    {
        Span<byte> bits = stackalloc byte[8];
        _options.Random.Fill(bits);
        return Convert.ToHexStringLower(bits);
    }
}
