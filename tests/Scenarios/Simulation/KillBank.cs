using System.Globalization;
using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// A bank whose every state can be told from every other: each transfer has a number and stands in the ledger, and the
/// accounts are what the ledger makes them. A copy is right if it is the bank as it was after its last transfer.
/// </summary>
internal sealed class KillBank(string path, int seed)
{
    private const int Accounts = 50;
    private const int Bulk = 400;

    public string Path => path;

    /// <summary>Makes the bank.</summary>
    public void Open() => SqliteConnection.Run(path, string.Create(CultureInfo.InvariantCulture, $"""
        PRAGMA journal_mode = WAL;
        CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
        CREATE TABLE ledger (n INTEGER PRIMARY KEY, giver INTEGER, taker INTEGER, amount INTEGER);
        CREATE TABLE bulk (id INTEGER PRIMARY KEY, stuff BLOB);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Accounts}) INSERT INTO accounts SELECT i, 100 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Bulk}) INSERT INTO bulk SELECT i, randomblob(3500) FROM n;
        """));

    /// <summary>The number of the last transfer.</summary>
    public long Last() => (long)SqliteConnection.Scalar(path, "SELECT ifnull(max(n), 0) FROM ledger")!;

    /// <summary>Lets a clerk work until what is returned is disposed.</summary>
    public IAsyncDisposable Work()
    {
        var stop = new CancellationTokenSource();
        return new Shift(stop, Task.Run(() => Serve(stop.Token)));
    }

    /// <summary>Checks a copy against the bank.</summary>
    /// <param name="copy">The copy's file.</param>
    /// <param name="notBefore">A transfer that had been made when the backup began.</param>
    public void Check(string copy, long notBefore)
    {
        using var connection = new SqliteConnection(copy);
        connection.Execute($"ATTACH '{path}' AS live");
        var last = Number(connection, "SELECT ifnull(max(n), 0) FROM main.ledger");
        Assert.True(last >= notBefore, $"The copy ends with transfer {last}; {notBefore} had been made when the backup began.");
        Assert.Equal(last, Number(connection, "SELECT count(*) FROM main.ledger"));
        Assert.Equal(0, Number(
            connection,
            "SELECT count(*) FROM main.ledger l LEFT JOIN live.ledger v USING (n)"
            + " WHERE (v.giver, v.taker, v.amount) IS NOT (l.giver, l.taker, l.amount)"));
        Assert.Equal(0, Number(
            connection,
            "SELECT count(*) FROM main.accounts a WHERE balance <> 100"
            + " + (SELECT ifnull(sum(amount), 0) FROM main.ledger WHERE taker = a.id)"
            + " - (SELECT ifnull(sum(amount), 0) FROM main.ledger WHERE giver = a.id)"));
        Assert.Equal(Accounts * 100, Number(connection, "SELECT sum(balance) FROM main.accounts"));
        Assert.Equal("ok", connection.Query("PRAGMA main.integrity_check").Rows[0][0]);
    }

    private void Serve(CancellationToken stop)
    {
        var random = new Random(seed);
        using var connection = new SqliteConnection(path);
        connection.Execute("PRAGMA synchronous = OFF");
        while (!stop.IsCancellationRequested)
        {
            var (giver, taker, amount) = (random.Next(1, Accounts + 1), random.Next(1, Accounts + 1), random.Next(1, 30));
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                BEGIN IMMEDIATE;
                INSERT INTO ledger SELECT ifnull(max(n), 0) + 1, {giver}, {taker}, {amount} FROM ledger;
                UPDATE accounts SET balance = balance - {amount} WHERE id = {giver};
                UPDATE accounts SET balance = balance + {amount} WHERE id = {taker};
                UPDATE bulk SET stuff = randomblob(3500) WHERE id = {random.Next(1, Bulk + 1)};
                COMMIT;
                """));
            Thread.Sleep(random.Next(2, 12));
        }
    }

    private static long Number(SqliteConnection connection, string query) => (long)connection.Query(query).Rows[0][0]!;
}
