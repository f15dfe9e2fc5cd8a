using Backup.Sql.Engines;
using Backup.Sql.Scenarios.Fixture;
using Npgsql;

namespace Backup.Sql.Postgres.Tests.Across;

/// <summary>
/// Workers that move money between <c>till</c> in SQLite and <c>bank</c> in PostgreSQL, which have no transaction in
/// common: an entry of the coordinator, the one account, the other, the entry closed, each committed by itself.
/// </summary>
internal sealed class Transfers(ThreeEngines three, WriteGate gate, int seed)
{
    private const int Accounts = 10;
    private const long Total = 2 * Accounts * 1000;
    private int _started;
    private int _done;

    /// <summary>How many transfers have ended.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>Makes the two databases.</summary>
    public async Task MakeAsync()
    {
        const string Table = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance BIGINT NOT NULL)";
        const string Moves = "CREATE TABLE moves (transfer BIGINT PRIMARY KEY, account INTEGER, amount BIGINT)";
        string[] rows = [.. Enumerable.Range(0, Accounts).Select(id => $"INSERT INTO accounts VALUES ({id}, 1000)")];
        three.RunSqlite("till", ["PRAGMA journal_mode = WAL", Table, Moves, .. rows]);
        await three.MakePostgresAsync(
            "bank", [Table, Moves, "CREATE TABLE coordinator (transfer bigint PRIMARY KEY, state text NOT NULL)", .. rows]);
    }

    /// <summary>Runs workers until cancelled; each ends between two transfers.</summary>
    public Task RunAsync(int workers, CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(seed + worker, stop), CancellationToken.None)));

    /// <summary>One transfer that minds no gate and stops where another could not be stopped.</summary>
    public async Task LeaveHalfDoneAsync()
    {
        using var till = new SqliteConnection(three.FileOf("till"));
        await using var bank = await three.Server.ConnectAsync("bank");
        var number = Interlocked.Increment(ref _started);
        await RunAsync(bank, $"INSERT INTO coordinator VALUES ({number}, 'begun')");
        till.Execute(Move(number, 0, -10));
    }

    /// <summary>What is wrong with two restored databases; null for nothing.</summary>
    public async Task<string?> FindTearAsync(string till, string bank)
    {
        const string Sum = "SELECT sum(balance) FROM accounts";
        const string Moves = "SELECT transfer, -amount FROM moves ORDER BY 1";
        var inTill = long.Parse(three.QuerySqlite(till, Sum)[0]);
        var inBank = long.Parse(await three.Server.QueryAsync(bank, Sum));
        if (inTill + inBank != Total)
            return $"the total is {inTill} + {inBank}";
        if (await three.Server.QueryAsync(bank, "SELECT count(*) FROM coordinator WHERE state <> 'done'") != "0")
            return "a transfer is half done";
        var ours = three.QuerySqlite(till, Moves);
        var theirs = await three.QueryPostgresAsync(bank, "SELECT concat(transfer, ' | ', amount) FROM moves ORDER BY transfer");
        return ours.SequenceEqual(theirs.Select(line => line.Trim('(', ')', '"')).Where(line => line.Length > 0))
            ? null
            : $"till has {ours.Length} transfers, bank {theirs.Length}, and they are not the same";
    }

    private async Task WorkAsync(int number, CancellationToken stop)
    {
        var random = new Random(number);
        using var till = new SqliteConnection(three.FileOf("till"));
        await using var bank = await three.Server.ConnectAsync("bank");
        while (!stop.IsCancellationRequested)
        {
            using var pass = await gate.EnterAsync(CancellationToken.None);
            var transfer = Interlocked.Increment(ref _started);
            var (from, to, amount) = (random.Next(Accounts), random.Next(Accounts), random.Next(-50, 50));
            await RunAsync(bank, $"INSERT INTO coordinator VALUES ({transfer}, 'begun')");
            till.Execute(Move(transfer, from, -amount));
            await RunAsync(bank, Move(transfer, to, amount));
            await RunAsync(bank, $"UPDATE coordinator SET state = 'done' WHERE transfer = {transfer}");
            Interlocked.Increment(ref _done);
        }
    }

    private static string Move(int transfer, int account, int amount) =>
        $"BEGIN; UPDATE accounts SET balance = balance + {amount} WHERE id = {account}; "
        + $"INSERT INTO moves VALUES ({transfer}, {account}, {amount}); COMMIT";

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
