using System.Globalization;
using SQLitePCL;

namespace Backup.Sql.Benchmarks.Soak;

/// <summary>
/// What writers do to the shop: numbered transactions, each of which follows from its number alone. A database says how
/// many it has seen, so that any copy can be brought to the state that a backup caught.
/// </summary>
internal static class ShopOperations
{
    private const int BusyMilliseconds = 60_000;

    /// <summary>Adds what counts the operations.</summary>
    public static void Prepare(string path)
    {
        using var shop = Open(path);
        Run(shop, "CREATE TABLE operations (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL)");
        Run(shop, "INSERT INTO operations VALUES (1, 0)");
        Run(shop, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>How many operations a database has seen.</summary>
    public static long Count(string path)
    {
        using var shop = Open(path);
        return Count(shop);
    }

    /// <summary>Does operations until it is told to stop; any number of writers may.</summary>
    public static void Write(string path, CancellationToken stop)
    {
        using var shop = Open(path);
        while (!stop.IsCancellationRequested)
            Next(shop);
    }

    /// <summary>Brings a copy to a later state.</summary>
    public static void CatchUp(string path, long count)
    {
        using var shop = Open(path);
        Run(shop, "PRAGMA synchronous=OFF");
        while (Count(shop) < count)
            Next(shop);
    }

    private static void Next(sqlite3 shop)
    {
        Run(shop, "BEGIN IMMEDIATE");
        var number = Count(shop) + 1;
        foreach (var statement in Statements(number))
            Run(shop, statement);
        Run(shop, $"UPDATE operations SET count = {Text(number)}");
        Run(shop, "COMMIT");
    }

    private static IEnumerable<string> Statements(long number)
    {
        var some = Text(number * 7919 % 99_991);
        var old = $"(SELECT max(id) FROM orders) - {some}";
        yield return $"UPDATE customers SET balance = balance + {Text(number % 100)} WHERE id % 997 = {Text(number % 997)}";
        yield return $"""
            INSERT INTO orders (customer_id, placed, status, total, note)
                VALUES (1 + {some} % 1000, '2026-11-21 10:00:00', 'open', {some} / 100.0, 'order of operation {Text(number)}')
            """;
        yield return $"""
            INSERT INTO order_lines (order_id, product, quantity, price, remark)
                SELECT (SELECT max(id) FROM orders), value, 1, 9.5, 'line ' || value || ' of operation {Text(number)}'
                FROM (SELECT 1 AS value UNION ALL SELECT 2 UNION ALL SELECT 3)
            """;
        yield return $"DELETE FROM order_lines WHERE order_id = {old}";
        yield return $"DELETE FROM orders WHERE id = {old}";
        if (number % 500 == 0)
            yield return $"CREATE TABLE extra_{Text(number)} AS SELECT * FROM orders WHERE id % 5000 = 0";
        if (number % 500 == 250)
            yield return $"CREATE INDEX IF NOT EXISTS customers_by_city_{Text(number)} ON customers (city, id) WHERE id % 100 = 0";
        if (number % 1000 == 750)
            yield return $"DROP TABLE IF EXISTS extra_{Text(number - 250)}";
    }

    internal static sqlite3 Open(string path)
    {
        if (raw.sqlite3_open(path, out var shop) != raw.SQLITE_OK)
            throw new InvalidOperationException($"cannot open {path}");
        raw.sqlite3_busy_timeout(shop, BusyMilliseconds);
        return shop;
    }

    private static long Count(sqlite3 shop)
    {
        raw.sqlite3_prepare_v2(shop, "SELECT count FROM operations", out var query);
        using (query)
        {
            raw.sqlite3_step(query);
            return raw.sqlite3_column_int64(query, 0);
        }
    }

    private static void Run(sqlite3 shop, string sql)
    {
        if (raw.sqlite3_exec(shop, sql) != raw.SQLITE_OK)
            throw new InvalidOperationException($"{raw.sqlite3_errmsg(shop).utf8_to_string()}: {sql}");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
