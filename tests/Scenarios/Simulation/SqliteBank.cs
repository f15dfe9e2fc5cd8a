using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// A bank in a SQLite file and clerks who never rest: transfers, REPLACE, accounts closed and opened, notes that make pages
/// come and go. Money lies in accounts and in the vault; each transaction keeps the sum.
/// </summary>
internal sealed class SqliteBank(string path, int seed)
{
    private const int Accounts = 300;

    private int _transactions;

    public static long Total => Accounts * 100L + 5000;

    public int Transactions => Volatile.Read(ref _transactions);

    public static void Open(string path) => SqliteConnection.Run(path, $"""
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, note TEXT);
        CREATE TABLE vault (name TEXT PRIMARY KEY, balance INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, bulk BLOB);
        CREATE INDEX accounts_by_balance ON accounts (balance);
        CREATE TRIGGER noted AFTER UPDATE ON accounts BEGIN INSERT INTO journal (text) VALUES ('account ' || NEW.id); END;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Accounts})
        INSERT INTO accounts SELECT i, 100, printf('account %d, opened on the first day', i) FROM n;
        INSERT INTO vault VALUES ('main', 5000);
        """);

    public static long Sum(string path) => (long)SqliteConnection.Scalar(
        path, "SELECT (SELECT sum(balance) FROM accounts) + (SELECT sum(balance) FROM vault)")!;

    /// <summary>Lets clerks work until what is returned is disposed.</summary>
    public IAsyncDisposable Work(int clerks)
    {
        var stop = new CancellationTokenSource();
        var all = Task.WhenAll(Enumerable.Range(0, clerks).Select(clerk => Task.Run(() => Serve(seed * 100 + clerk, stop.Token))));
        return new Shift(stop, all);
    }

    /// <summary>Waits until so many transactions are done.</summary>
    public async Task RestAsync(int transactions)
    {
        while (Transactions < transactions)
            await Task.Delay(1);
    }

    private void Serve(int clerkSeed, CancellationToken stop)
    {
        var random = new Random(clerkSeed);
        using var connection = new SqliteConnection(path);
        connection.Execute("PRAGMA synchronous = OFF");
        while (!stop.IsCancellationRequested)
        {
            connection.Execute("BEGIN IMMEDIATE;" + Transaction(random) + "COMMIT;");
            Interlocked.Increment(ref _transactions);
            Thread.Sleep(random.Next(3));
        }
    }

    private static string Transaction(Random random)
    {
        var (one, other, amount) = (random.Next(1, Accounts + 1), random.Next(1, Accounts + 1), random.Next(1, 30));
        return random.Next(8) switch
        {
            // An account is closed, its money goes to the vault; it opens again, empty.
            0 => $"""
                UPDATE vault SET balance = balance + coalesce((SELECT balance FROM accounts WHERE id = {one}), 0) WHERE name = 'main';
                DELETE FROM accounts WHERE id = {one};
                """,
            1 => $"INSERT OR IGNORE INTO accounts VALUES ({one}, 0, 'opened again');",
            // REPLACE deletes and inserts without an UPDATE.
            2 => $"""
                INSERT OR REPLACE INTO accounts SELECT id, balance + {amount}, 'from the vault' FROM accounts WHERE id = {one};
                UPDATE vault SET balance = balance - {amount} WHERE EXISTS (SELECT 1 FROM accounts WHERE id = {one});
                """,
            3 => $"INSERT INTO journal (text, bulk) VALUES ('bulk', randomblob({random.Next(1, 9000)}));",
            4 => $"DELETE FROM journal WHERE id IN (SELECT id FROM journal ORDER BY id LIMIT {amount});",
            _ => $"""
                UPDATE accounts SET balance = balance - {amount} WHERE id = {one} AND EXISTS (SELECT 1 FROM accounts WHERE id = {other});
                UPDATE accounts SET balance = balance + {amount} WHERE id = {other} AND EXISTS (SELECT 1 FROM accounts WHERE id = {one});
                """,
        };
    }
}
