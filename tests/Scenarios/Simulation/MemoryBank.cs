using Backup.Sql.Catalog;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>A bank in the engine in memory: every transaction keeps the sum and notes its time.</summary>
internal sealed class MemoryBank
{
    private const int Accounts = 40;
    private readonly Bench _bench;
    private readonly Random _random;
    private readonly List<HlcTimestamp> _times = [];
    private readonly TableDescriptor _table;

    public MemoryBank(Bench bench, int seed)
    {
        (_bench, _random) = (bench, new Random(seed));
        var rows = string.Join(", ", Enumerable.Range(1, Accounts).Select(i => $"({i}, 100)"));
        bench.Engine.Execute("bank", $"CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER); INSERT INTO accounts VALUES {rows};");
        _table = bench.Memory.Memory.Table("bank", "accounts");
    }

    public static long Total => Accounts * 100;

    /// <summary>When transactions were committed, ascending.</summary>
    public IReadOnlyList<HlcTimestamp> Times
    {
        get
        {
            lock (_times)
                return [.. _times];
        }
    }

    public static long Sum(MemoryBenchEngine engine, string database) =>
        engine.Memory.ReadAll(engine.Memory.Table(database, "accounts")).Sum(row => (long)row[1]!);

    /// <summary>Lets a clerk work until what is returned is disposed.</summary>
    public IAsyncDisposable Work()
    {
        var stop = new CancellationTokenSource();
        return new Shift(stop, Task.Run(() => ServeAsync(stop.Token)));
    }

    /// <summary>Waits until so many transactions are done.</summary>
    public async Task RestAsync(int transactions)
    {
        while (Times.Count < transactions)
            await Task.Delay(1);
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Transact();
            _bench.Advance(TimeSpan.FromMicroseconds(_random.Next(3)));
            await Task.Delay(_random.Next(10) == 0 ? 1 : 0, CancellationToken.None);
        }
    }

    private void Transact()
    {
        var (one, other, amount) = ((long)_random.Next(1, Accounts + 1), (long)_random.Next(1, Accounts + 1), _random.Next(1, 30));
        if (one == other)
            return;
        using var transaction = _bench.Memory.Memory.BeginTransaction();
        var (from, to) = (Balance(transaction, one), Balance(transaction, other));
        Set(transaction, one, from - amount);
        Set(transaction, other, to + amount);
        var time = transaction.Commit();
        lock (_times)
            _times.Add(time);
    }

    private long Balance(MemoryTransaction transaction, long id) => transaction.Read(_table, id) is { } row ? (long)row[1]! : 0;

    // An empty account is closed: its row goes, and comes back with the next payment.
    private void Set(MemoryTransaction transaction, long id, long balance)
    {
        if (balance == 0)
            transaction.Delete(_table, id);
        else if (!transaction.Update(_table, [id], [id, balance]))
            transaction.Insert(_table, id, balance);
    }
}
