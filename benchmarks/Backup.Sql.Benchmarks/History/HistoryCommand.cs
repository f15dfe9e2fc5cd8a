using System.Diagnostics;
using System.Globalization;
using Backup.Sql.Sqlite;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Benchmarks.History;

/// <summary>
/// What history on SQLite costs those who write: the same statements against a database without and with it. Measured in
/// processor time, which other work on the machine hardly touches.
/// <c>history [--rows N] [--rounds N]</c>
/// </summary>
internal static class HistoryCommand
{
    private const int SingleRows = 5000;

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var rows = Number(args, "--rows", 200_000);
        var rounds = Number(args, "--rounds", 3);
        var without = new List<double[]>();
        var with = new List<double[]>();
        for (var round = 0; round < rounds; round++)
        {
            without.Add(await MeasureAsync(rows, isTracked: false).ConfigureAwait(false));
            with.Add(await MeasureAsync(rows, isTracked: true).ConfigureAwait(false));
        }

        string[] names =
        [
            "insert, one transaction", "update every row", "insert, a transaction each", "replace every 10th",
            "delete half", "file, MiB",
        ];
        Console.WriteLine($"{rows} rows, UNIQUE and one index, WAL, median of {rounds}, ms of one processor");
        for (var i = 0; i < names.Length; i++)
        {
            var (plain, tracked) = (Median(without, i), Median(with, i));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{names[i],-28}{plain,10:F0}{tracked,10:F0}{tracked / plain,8:F2}"));
        }

        return 0;
    }

    private static double Median(List<double[]> rounds, int step) =>
        rounds.Select(round => round[step]).Order().ElementAt(rounds.Count / 2);

    private static async Task<double[]> MeasureAsync(int rows, bool isTracked)
    {
        var directory = Directory.CreateTempSubdirectory("backupsql-history-").FullName;
        try
        {
            var path = Path.Combine(directory, "shop.db");
            using var connection = Connection.Open(
                path, "shop", OpenMode.Create, TimeSpan.FromSeconds(10), NativeApi.Instance);
            connection.Execute("PRAGMA journal_mode=WAL");
            connection.Execute("PRAGMA synchronous=NORMAL");
            connection.Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, code UNIQUE, name TEXT, amount, note TEXT)");
            connection.Execute("CREATE INDEX t_name ON t (name)");
            var engine = SqliteEngine.Open(new SqliteEngineOptions { Directory = directory });
            await using var _ = engine.ConfigureAwait(false);
            if (isTracked)
                await engine.SetHistoryRetentionAsync("shop", null, TimeSpan.FromHours(25)).ConfigureAwait(false);
            const string row = "SELECT value, 'c' || value, 'name ' || (value % 997), value * 1.5, 'some words about ' || value";
            var series = $"FROM (WITH RECURSIVE s (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s WHERE value < {rows}) SELECT value FROM s)";
            return
            [
                Time(connection, $"INSERT INTO t {row} {series}"),
                Time(connection, "UPDATE t SET amount = amount + 1"),
                TimeSingleRows(connection, rows),
                Time(connection, "REPLACE INTO t SELECT id, code, 'again', amount, note FROM t WHERE id % 10 = 0"),
                Time(connection, "DELETE FROM t WHERE id % 2 = 0"),
                Size(connection),
            ];
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static double TimeSingleRows(Connection connection, int rows)
    {
        var started = Used();
        using var insert = connection.Prepare("INSERT INTO t VALUES (?1, 'c' || ?1, 'single', 1, 'one by one')");
        for (var i = 1; i <= SingleRows; i++)
        {
            insert.Reset();
            insert.BindInteger(1, rows + i);
            insert.Step();
        }

        insert.Reset();
        return (Used() - started).TotalMilliseconds;
    }

    private static double Time(Connection connection, string sql)
    {
        var started = Used();
        connection.Execute(sql);
        return (Used() - started).TotalMilliseconds;
    }

    private static TimeSpan Used()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static double Size(Connection connection) =>
        connection.QueryInteger("PRAGMA page_count") * connection.QueryInteger("PRAGMA page_size") / 1048576.0;

    private static int Number(IReadOnlyList<string> args, string name, int fallback)
    {
        var at = args.ToList().IndexOf(name);
        return at < 0 ? fallback : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
