using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Sqlite;
using SQLitePCL;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>SQLite files in a directory.</summary>
internal sealed class SqliteBenchEngine : BenchEngine
{
    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private SqliteEngine _engine;

    private readonly IReadOnlyDictionary<string, string> _localities;

    public SqliteBenchEngine(
        string directory, TimeProvider time, IRandomSource random, IReadOnlyDictionary<string, string> localities)
    {
        Batteries_V2.Init();
        _localities = localities;
        (_directory, _time, _random) = (directory, time, random);
        _engine = Open();
    }

    public override IDatabaseEngine Engine => _engine;

    public override IReadOnlyList<string> Databases =>
        [.. Directory.GetFiles(_directory, "*.db").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    public string PathOf(string database) => Path.Combine(_directory, database + ".db");

    public override void Reopen() => _engine = Open();

    public override void Execute(string database, string sql) => SqliteConnection.Run(PathOf(database), sql);

    public override async Task RunAsync(string database, string sql) => await _engine.ExecuteAsync(database, sql);

    public override async Task MarkAsync() => await _engine.MarkHistoryAsync();

    public override Table Query(string database, string sql)
    {
        if (!File.Exists(PathOf(database)))
            throw new InvalidOperationException($"There is no database {database}.");
        using var connection = new SqliteConnection(PathOf(database));
        return connection.Query(sql);
    }

    public override void Drop(string database)
    {
        foreach (var ending in new[] { "", "-wal", "-shm", "-journal" })
            File.Delete(PathOf(database) + ending);
    }

    public override string Dump(string database) => SqliteDump.Of(PathOf(database));

    public override IReadOnlyList<string> Leftovers() =>
        [.. Directory.GetFileSystemEntries(_directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_directory, path))
            .Where(name => !IsExpected(name))
            .Order(StringComparer.Ordinal)];

    // The log of a database belongs to it while somebody has it open.
    private static bool IsExpected(string name) => name is ".backupsql" or ".backupsql/cluster-id"
        || (!name.Contains('/', StringComparison.Ordinal)
            && (name.EndsWith(".db", StringComparison.Ordinal) || name.Contains(".db-", StringComparison.Ordinal)));

    private SqliteEngine Open() => SqliteEngine.Open(new SqliteEngineOptions
    {
        Directory = _directory,
        TimeProvider = _time,
        Random = _random,
        Localities = _localities,
    });
}
