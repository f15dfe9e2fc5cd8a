using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>VALIDATE tells how far it is, and can be stopped anywhere.</summary>
public sealed class ValidationTests
{
    private const string Validate = "SHOW BACKUP VALIDATE FROM LATEST IN 'mem://depot'";

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task It_tells_bytes_files_and_the_end(string engine)
    {
        await using var bench = await PrepareAsync(engine, new Reads());
        var heard = new List<JobProgress>();
        var session = bench.Host.OpenSession(new SessionOptions { Progress = new Listener(heard) });
        var answer = await session.ExecuteAsync(Validate);
        Assert.Equal("No problems found!", (await answer.Rows.ToListAsync())[^1][0]);
        var last = heard.Last(report => report.Phase == "validating");
        Assert.Equal(0, last.JobId);
        Assert.InRange(last.BytesDone, 1, last.BytesTotal);
        Assert.Equal(last.BytesTotal, last.BytesDone);
        Assert.True(last.StoredBytes > 0 && last.RowsDone > 0);
        Assert.Equal((last.ObjectsTotal, 1.0), (last.ObjectsDone, heard[^1].Fraction));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Cancelled_at_any_read_it_leaves_nothing(string engine)
    {
        var cancelled = 0;
        for (var call = 1; ; call++)
        {
            var reads = new Reads();
            await using var bench = await PrepareAsync(engine, reads);
            var before = await bench.StateAsync();
            using var source = new CancellationTokenSource();
            reads.CancelAt(call, source);
            try
            {
                await bench.RunAsync(Validate, cancellationToken: source.Token);
                break;
            }
            catch (BackupSqlException error)
            {
                Assert.Equal(SqlStates.QueryCanceled, error.SqlState);
                cancelled++;
            }

            Assert.Equal(before, await bench.StateAsync());
            Assert.Empty(bench.Leftovers());
            // Nobody is thought to read the chain any more, and nothing counts as proved.
            var answer = await bench.RunAsync("EXPLAIN DROP BACKUP LATEST IN 'mem://depot'");
            Assert.Equal("dropped", answer.Rows.Rows[0][answer.Rows.Column("action")]);
            var registered = await bench.RunAsync("SHOW REGISTERED BACKUPS");
            Assert.All(registered.Rows.Rows, row => Assert.Null(row[registered.Rows.Column("verified")]));
        }

        Assert.InRange(cancelled, 5, 200);
    }

    private static async Task<Bench> PrepareAsync(string engine, Reads reads)
    {
        var bench = new Bench(new BenchSetup { Engines = engine, Wrap = provider => new ReadsProvider(provider, reads) });
        bench.Engine.Execute("shop", "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO goods VALUES (1, 'tea');");
        await bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot'");
        bench.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot'");
        bench.Engine.Execute("shop", "INSERT INTO goods VALUES (2, 'cup');");
        bench.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync("BACKUP DATABASE shop INTO LATEST IN 'mem://depot'");
        return bench;
    }

    private sealed class Reads
    {
        private int _left;
        private CancellationTokenSource? _source;

        public void CancelAt(int call, CancellationTokenSource source) => (_left, _source) = (call, source);

        public void Called()
        {
            if (_source is { } source && Interlocked.Decrement(ref _left) == 0)
                source.Cancel();
        }
    }

    private sealed class ReadsProvider(IObjectStoreProvider inner, Reads reads) : IObjectStoreProvider
    {
        public IReadOnlyList<string> Schemes => inner.Schemes;

        public void Check(StoreUri uri) => inner.Check(uri);

        public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
            new WatchedStore(await inner.OpenAsync(uri, cancellationToken), reads.Called);
    }

    private sealed class Listener(List<JobProgress> heard) : IProgress<JobProgress>
    {
        public void Report(JobProgress value)
        {
            lock (heard)
                heard.Add(value);
        }
    }
}
