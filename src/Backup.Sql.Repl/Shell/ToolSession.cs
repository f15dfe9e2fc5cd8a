using System.Globalization;
using Backup.Sql.Aws;
using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Keys;
using Backup.Sql.Parsing;
using Backup.Sql.Postgres;
using Backup.Sql.Repl.Commands;
using Backup.Sql.Repl.Output;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.State;
using Backup.Sql.Storage;

namespace Backup.Sql.Repl.Shell;

/// <summary>
/// A session of the library over SQLite files and PostgreSQL servers, with the way to their own SQL beside it.
/// </summary>
internal sealed class ToolSession : ISqlSession
{
    private readonly IReadOnlyDictionary<string, IDatabaseEngine> _engines;
    private readonly BackupHost _host;
    private readonly BackupSession _session;
    private readonly ProgressRelay _progress = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _scheduler = Task.CompletedTask;

    private ToolSession(
        IReadOnlyDictionary<string, IDatabaseEngine> engines, BackupHost host, ConnectionOptions options)
    {
        _engines = engines;
        _host = host;
        _session = host.OpenSession(new SessionOptions
        {
            User = options.User,
            UseBackupsWithIds = options.ListsIds,
            Progress = _progress,
        });
    }

    /// <inheritdoc/>
    public string? CurrentDatabase => _session.CurrentDatabase;

    /// <summary>Opens the databases.</summary>
    /// <param name="options">Which, and where backups may go.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The session.</returns>
    public static async Task<ToolSession> OpenAsync(ConnectionOptions options, CancellationToken cancellationToken)
    {
        SQLitePCL.Batteries_V2.Init();
        var engines = OpenEngines(options);
        var host = new BackupHost(new BackupHostOptions
        {
            Engines = engines,
            Stores =
            [
                new FileObjectStoreProvider(options.Root), new MemoryObjectStoreProvider(), new S3ObjectStoreProvider(),
            ],
            KeyServices = [new LocalKeyRingProvider(options.Keys), new KmsProvider()],
            StateStore = OpenState(options),
            SecretVault = options.StateKey is null
                ? new MemorySecretVault()
                : SealingSecretVault.WithKeyFile(options.StateKey),
            Admins = options.Admins.Count == 0 ? null : options.Admins,
        });
        var session = new ToolSession(engines, host, options);
        try
        {
            // What a run of the tool that was killed left unfinished goes on here.
            await host.AdoptJobsAsync(cancellationToken).ConfigureAwait(false);
            await session.ChooseAsync(options.First, cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task UseAsync(string database, CancellationToken cancellationToken)
    {
        var databases = await GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        var names = databases.Select(candidate => candidate.Name).ToList();
        _session.CurrentDatabase = names.Find(name => name == database)
            ?? names.Find(name => name.Equals(database, StringComparison.OrdinalIgnoreCase))
            ?? throw ToolErrors.NoSuchDatabase(database, names);
    }

    /// <inheritdoc/>
    public async Task<Answer> ExecuteAsync(
        string statement, IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        if (!BackupSqlParser.IsBackupStatement(statement))
            return await PassThroughAsync(statement, cancellationToken).ConfigureAwait(false);
        _progress.Target = progress;
        try
        {
            var result = await _session.ExecuteAsync(statement, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            var columns = result.Columns.Select(column => new AnswerColumn(column.Name, column.Type)).ToList();
            return new Answer(result.Tag, columns, result.Rows, result.Notices);
        }
        finally
        {
            _progress.Target = null;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(CancellationToken cancellationToken)
    {
        var all = new List<DatabaseDescriptor>();
        foreach (var engine in _engines.Values)
            all.AddRange(await ListAsync(engine, cancellationToken).ConfigureAwait(false));
        return all;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken)
    {
        var engine = await FindEngineAsync(database, cancellationToken).ConfigureAwait(false);
        var catalog = await engine.OpenCatalogAsync(asOf: null, cancellationToken).ConfigureAwait(false);
        await using (catalog.ConfigureAwait(false))
            return await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs schedules and policies as they come due, and removes snapshots whose time is up, beside what is typed,
    /// until the session is closed.
    /// </summary>
    public void RunSchedules() =>
        _scheduler = Task.Run(() => _host.RunSchedulerAsync(_closing.Token), CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _scheduler.ConfigureAwait(false);
        _closing.Dispose();
        await _host.DisposeAsync().ConfigureAwait(false); // Of the engine too.
    }

    private async Task ChooseAsync(string? first, CancellationToken cancellationToken)
    {
        if (first is not null)
        {
            await UseAsync(first, cancellationToken).ConfigureAwait(false);
            return;
        }

        var databases = await GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        if (databases.Count == 1)
            _session.CurrentDatabase = databases[0].Name;
    }

    private static Dictionary<string, IDatabaseEngine> OpenEngines(ConnectionOptions options)
    {
        var engines = new Dictionary<string, IDatabaseEngine>(StringComparer.Ordinal);
        if (options.Databases.Count > 0 || options.Directory is not null)
        {
            engines.Add("sqlite", SqliteEngine.Open(new SqliteEngineOptions
            {
                Databases = options.Databases,
                Directory = options.Directory,
            }));
        }

        foreach (var server in options.Servers)
        {
            var number = engines.Keys.Count(name => name.StartsWith("postgres", StringComparison.Ordinal));
            engines.Add(
                number == 0 ? "postgres" : string.Create(CultureInfo.InvariantCulture, $"postgres{number + 1}"),
                PostgresEngine.Open(new PostgresEngineOptions
                {
                    ConnectionString = server.ConnectionString,
                    Databases = server.Databases,
                }));
        }

        return engines;
    }

    private static async Task<IReadOnlyList<DatabaseDescriptor>> ListAsync(
        IDatabaseEngine engine, CancellationToken cancellationToken)
    {
        var catalog = await engine.OpenCatalogAsync(asOf: null, cancellationToken).ConfigureAwait(false);
        await using (catalog.ConfigureAwait(false))
            return await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<IDatabaseEngine> FindEngineAsync(string database, CancellationToken cancellationToken)
    {
        if (_engines.Count == 1)
            return _engines.Values.Single();
        foreach (var engine in _engines.Values)
        {
            var databases = await ListAsync(engine, cancellationToken).ConfigureAwait(false);
            if (databases.Any(candidate => engine.Info.NameComparer.Equals(candidate.Name, database)))
                return engine;
        }

        throw ToolErrors.NoSuchDatabase(database, []);
    }

    private static IStateStore OpenState(ConnectionOptions options) => options switch
    {
        { PostgresState: { } connectionString } => PostgresStateStore.Open(connectionString),
        { State: { } file } => SqliteStateStore.Open(file),
        _ => new MemoryStateStore(),
    };

    private async Task<Answer> PassThroughAsync(string statement, CancellationToken cancellationToken)
    {
        var database = CurrentDatabase ?? throw ToolErrors.NoCurrentDatabase();
        var engine = await FindEngineAsync(database, cancellationToken).ConfigureAwait(false) as ISqlPassThrough
            ?? throw ToolErrors.NoPassThrough(database);
        var result = await engine.ExecuteAsync(database, statement, cancellationToken).ConfigureAwait(false);
        var tag = result.RowsAffected is { } changed && (changed > 0 || ChangesRows(statement))
            ? $"OK, {ValueText.Count(changed, "row")} changed"
            : "OK";
        var columns = result.Columns.Select(name => new AnswerColumn(name, Type: null)).ToList();
        return new Answer(tag, columns, result.Rows.ToAsyncEnumerable(), []);
    }

    // Engines count the rows of CREATE TABLE too, and find none: no news. Of an UPDATE that is news.
    private static bool ChangesRows(string statement) =>
        DatabaseStatementRules.FirstWord(statement).ToString().ToUpperInvariant()
            is "INSERT" or "UPDATE" or "DELETE" or "REPLACE" or "WITH";

    /// <summary>Hands the session's reports to whoever watches the running statement.</summary>
    private sealed class ProgressRelay : IProgress<JobProgress>
    {
        public volatile IProgress<JobProgress>? Target;

        public void Report(JobProgress value) => Target?.Report(value);
    }
}
