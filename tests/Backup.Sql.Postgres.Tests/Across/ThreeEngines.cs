using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Postgres.Tests.Across;

/// <summary>A host with SQLite files, a PostgreSQL server and a MemoryEngine, each of its own.</summary>
internal sealed class ThreeEngines : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryObjectStoreProvider _stores = new();
    private readonly PooledServer _pooled;

    static ThreeEngines() => SQLitePCL.Batteries_V2.Init();

    private ThreeEngines(PooledServer pooled, IPauseController? gate)
    {
        _pooled = pooled;
        Sqlite = SqliteEngine.Open(new() { Directory = _directory.Below("sqlite") });
        Postgres = PostgresEngine.Open(new() { ConnectionString = pooled.Server.ConnectionString });
        Host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine>
            {
                ["sqlite"] = Sqlite, ["pg"] = Postgres, ["memory"] = Memory,
            },
            Stores = [_stores],
            PauseControllers = gate is null ? new Dictionary<string, IPauseController>()
                : new Dictionary<string, IPauseController> { ["sqlite"] = gate, ["pg"] = gate },
        });
        Session = Host.OpenSession();
    }

    public SqliteEngine Sqlite { get; }

    public PostgresEngine Postgres { get; }

    public MemoryEngine Memory { get; } = new();

    public BackupHost Host { get; }

    public BackupSession Session { get; }

    public TestServer Server => _pooled.Server;

    /// <param name="gate">Pauses those who write to SQLite and PostgreSQL; null for nobody.</param>
    public static async Task<ThreeEngines> OpenAsync(IPauseController? gate = null) =>
        new(await PooledServer.RentAsync(), gate);

    /// <summary>The file of a SQLite database.</summary>
    public string FileOf(string database) => Path.Combine(_directory.Path, "sqlite", database + ".db");

    /// <summary>Runs SQL as an application does.</summary>
    public void RunSqlite(string database, params string[] statements)
    {
        using var connection = new SqliteConnection(FileOf(database));
        foreach (var statement in statements)
            connection.Execute(statement);
    }

    /// <summary>The rows of a query, a line each with storage classes.</summary>
    public string[] QuerySqlite(string database, string query)
    {
        using var connection = new SqliteConnection(FileOf(database));
        return [.. connection.ExactRows(query)];
    }

    /// <summary>Makes a database on the server.</summary>
    public async Task MakePostgresAsync(string database, params string[] statements)
    {
        await Server.RunSqlAsync("postgres", $"CREATE DATABASE {database} TEMPLATE template0");
        await Server.RunSqlAsync(database, statements);
    }

    /// <summary>The rows of a query, as the server writes them, a line each.</summary>
    public async Task<string[]> QueryPostgresAsync(string database, string query)
    {
        var text = await Server.QueryAsync(
            database, $"SELECT coalesce(string_agg(r::text, E'\n'), '') FROM ({query}) r");
        return text.Split('\n');
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>Its notices.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(string statement) =>
        (await Session.ExecuteAsync(statement)).Notices;

    /// <summary>Runs a statement where PostgreSQL is the only engine: RESTORE TABLE has no other way to name it.</summary>
    /// <returns>Its notices.</returns>
    public async Task<IReadOnlyList<string>> RunInPostgresAsync(string statement)
    {
        await using var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine>
            {
                ["pg"] = PostgresEngine.Open(new() { ConnectionString = Server.ConnectionString }),
            },
            Stores = [_stores],
        });
        return (await host.OpenSession().ExecuteAsync(statement)).Notices;
    }

    /// <summary>Backs a database up and restores it into an engine under another name.</summary>
    /// <returns>The notices of the restore.</returns>
    public async Task<IReadOnlyList<string>> CarryAsync(string database, string engine, string into)
    {
        var collection = $"mem://{database}-to-{into}";
        await RunAsync($"BACKUP DATABASE {database} INTO '{collection}'");
        return await RunAsync(
            $"RESTORE DATABASE {database} FROM LATEST IN '{collection}' WITH engine = '{engine}', new_db_name = '{into}'");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _pooled.DisposeAsync();
        _directory.Dispose();
    }
}
