using System.Diagnostics;
using System.Globalization;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Processes are killed while they back a bank up, or restore, and clerks never rest. The next process adopts what was
/// begun; whatever the moment, the result is right, has come about once, and nothing lies about.
/// </summary>
public sealed class KillUnderLoadTests : IDisposable
{
    private const int Backups = 20;
    private const int Restores = 30;
    private const string Depot = "'nodelocal://1/depot'";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public Task Fifty_processes_are_killed_at_work_and_nothing_is_lost() => Seeds.RunAsync(1, async seed =>
    {
        var run = new Run(KilledProcess.MakeWorld(_directory.Below("world")), seed);
        await run.PrepareAsync();
        await using (run.Bank.Work())
        {
            while (run.KilledBackups < Backups || run.KilledRestores < Restores)
            {
                var backsUp = run.KilledRestores >= Restores
                    || (run.KilledBackups < Backups && run.Random.Next(Backups + Restores) < Backups);
                await (backsUp ? run.BackUpAsync() : run.RestoreAsync());
                Assert.True(run.Rounds < 3 * (Backups + Restores), $"{run.Late} of {run.Rounds} were done before they were killed.");
            }
        }

        // The moment that only a mark in the engine can tell: published, and the record does not say so.
        Assert.True(run.Landed > 0, "No restore was killed between its publication and its record.");
        Figures.Print(
            $"kill: {run.KilledBackups + run.KilledRestores} rounds, {run.KilledBackups} killed while backing up,"
            + $" {run.KilledRestores} while restoring ({run.Landed} after publication), lost 0");
    });

    private sealed class Run(string root, int seed)
    {
        private readonly Dictionary<string, string> _pair = [];
        private TimeSpan _restoreTime;
        private long _newestJob;

        public Random Random { get; } = new(seed);

        public KillBank Bank { get; } = new(System.IO.Path.Combine(root, "databases", "bank.db"), seed);

        public int Rounds { get; private set; }

        public int KilledBackups { get; private set; }

        public int KilledRestores { get; private set; }

        public int Late { get; private set; }

        public int Landed { get; private set; }

        public async Task PrepareAsync()
        {
            Bank.Open();
            foreach (var name in new[] { "one", "two" })
            {
                SqliteConnection.Run(PathOf(name), "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two');");
                _pair[name] = SqliteDump.Of(PathOf(name));
            }

            SqliteConnection.Run(PathOf("safe"), "CREATE TABLE empty_one (a INTEGER PRIMARY KEY);");
            await using var host = KilledProcess.Open(root, 0);
            await host.OpenSession().ExecuteAsync($"BACKUP DATABASE bank INTO {Depot}");
            await host.OpenSession().ExecuteAsync("BACKUP DATABASE one, two INTO 'nodelocal://1/pair'");
            await host.OpenSession().ExecuteAsync("BACKUP INTO 'nodelocal://1/whole'");
            var started = Stopwatch.GetTimestamp();
            await host.OpenSession().ExecuteAsync($"RESTORE DATABASE bank FROM LATEST IN {Depot} WITH new_db_name = 'copy'");
            _restoreTime = Stopwatch.GetElapsedTime(started);
            Remove("copy", "one", "two");
            await NoteJobsAsync(host);
        }

        public async Task BackUpAsync()
        {
            var before = Bank.Last();
            var into = Random.Next(3) == 0 ? "" : "LATEST IN ";
            var stops = await KillAsync(
                $"BACKUP DATABASE bank INTO {into}{Depot}", "databases",
                Random.Next(5) switch
                {
                    0 => "before",
                    1 => "after",
                    2 => Commit(12),
                    _ => "never",
                },
                killed => killed.WhenStoredAsync(Objects() + Random.Next(60)));
            KilledBackups += stops ? 1 : 0;
            await using var host = await AdoptAsync("databases");
            var valid = await KilledProcess.RowAsync(host, $"SHOW BACKUP VALIDATE FROM LATEST IN {Depot}");
            Assert.Equal("No problems found!", valid!["validation_status"]);
            await host.OpenSession().ExecuteAsync($"RESTORE DATABASE bank FROM LATEST IN {Depot} WITH new_db_name = 'copy'");
            Bank.Check(PathOf("copy"), HasJob ? before : 0);
            Remove("copy");
            await NoteJobsAsync(host);
            var left = KilledProcess.Leftovers(root);
            Assert.True(left.Count == 0, string.Join('\n', left));
        }

        public async Task RestoreAsync()
        {
            var (statement, databases, names) = Random.Next(4) switch
            {
                0 => ($"RESTORE DATABASE bank FROM LATEST IN {Depot} WITH new_db_name = 'copy'", "databases", new[] { "copy" }),
                1 => ("RESTORE DATABASE one, two FROM LATEST IN 'nodelocal://1/pair'", "databases", ["one", "two"]),
                2 => ($"RESTORE TABLE bank.accounts, bank.ledger FROM LATEST IN {Depot} WITH into_db = 'safe'", "databases", ["safe"]),
                _ => ("RESTORE FROM LATEST IN 'nodelocal://1/whole'", "empty", ["bank", "one", "two", "safe"]),
            };
            var stops = await KillAsync(
                statement, databases,
                Random.Next(4) switch
                {
                    0 => "before",
                    1 => "after",
                    2 => Commit(5),
                    _ => "never",
                },
                _ => Task.Delay(_restoreTime * Random.NextDouble()));
            KilledRestores += stops ? 1 : 0;
            var wasThere = CountThere(databases, names) == names.Length;
            await using var host = await AdoptAsync(databases);
            Landed += wasThere && WasAdopted ? 1 : 0;
            Assert.Equal(HasJob, IsThere(databases, names));
            if (HasJob)
                Check(databases, names);
            Clear(databases, names);
            await NoteJobsAsync(host);
            var left = KilledProcess.Leftovers(root);
            Assert.True(left.Count == 0, string.Join('\n', left));
        }

        /// <summary>True when the last process had lived to record its job.</summary>
        private bool HasJob { get; set; }

        /// <summary>True when that job had not ended.</summary>
        private bool WasAdopted { get; set; }

        private string Commit(int most) => "commit:" + Random.Next(1, most + 1).ToString(CultureInfo.InvariantCulture);

        private string PathOf(string name, string databases = "databases") => System.IO.Path.Combine(root, databases, name + ".db");

        private int Objects() => Directory.GetFiles(System.IO.Path.Combine(root, "stores"), "*", SearchOption.AllDirectories).Length;

        /// <returns>False when the process was done before it was killed.</returns>
        private async Task<bool> KillAsync(string statement, string databases, string death, Func<Victim, Task> wait)
        {
            Rounds++;
            var minutes = (2 * Rounds).ToString(CultureInfo.InvariantCulture);
            using var child = ChildProgram.Start("run", root, minutes, databases, death, statement);
            Assert.Equal("begins", await child.StandardOutput.ReadLineAsync());
            var victim = new Victim(child.StandardOutput.ReadLineAsync(), Objects);
            if (death == "never")
                await wait(victim);
            else
                await victim.Done;
            child.Kill();
            await child.WaitForExitAsync();
            var isLate = await victim.Done == "done";
            Late += isLate ? 1 : 0;
            return !isLate;
        }

        private async Task<BackupHost> AdoptAsync(string databases)
        {
            var host = KilledProcess.Open(root, (2 * Rounds) + 1, databases);
            var adoption = await host.AdoptJobsAsync();
            foreach (var job in adoption.Jobs)
            {
                var ended = await KilledProcess.RowAsync(host, $"SHOW JOB WHEN COMPLETE {job.JobId}");
                Assert.Equal(("succeeded", null), ((string)ended!["status"]!, (string?)ended["error"]));
            }

            var newest = (await host.Jobs.ListAsync(default)).MaxBy(job => job.Id)!;
            HasJob = newest.Id > _newestJob;
            WasAdopted = adoption.Jobs.Count > 0;
            Assert.Equal(Execution.Jobs.JobState.Succeeded, newest.State);
            return host;
        }

        private async Task NoteJobsAsync(BackupHost host) =>
            _newestJob = (await host.Jobs.ListAsync(default)).Max(job => job.Id);

        private bool IsThere(string databases, string[] names)
        {
            var there = CountThere(databases, names);
            Assert.True(there == 0 || there == names.Length, "A restore is half there.");
            return there > 0;
        }

        private int CountThere(string databases, string[] names) =>
            names.Count(name => name == "safe" && databases == "databases"
                ? (long)SqliteConnection.Scalar(PathOf(name), "SELECT count(*) FROM sqlite_master WHERE name IN ('accounts', 'ledger')")! == 2
                : File.Exists(PathOf(name, databases)));

        private void Check(string databases, string[] names)
        {
            foreach (var name in names)
            {
                if (_pair.TryGetValue(name, out var dump))
                    Assert.Equal(dump, SqliteDump.Of(PathOf(name, databases)));
                else if (name != "safe" || databases == "databases")
                    Bank.Check(PathOf(name, databases), 0);
            }
        }

        private void Clear(string databases, string[] names)
        {
            if (names[0] == "safe")
                SqliteConnection.Run(PathOf("safe"), "DROP TABLE IF EXISTS accounts; DROP TABLE IF EXISTS ledger;");
            else
                Remove(databases, names);
        }

        private void Remove(params string[] names) => Remove("databases", names);

        private void Remove(string databases, string[] names)
        {
            foreach (var name in names)
            {
                foreach (var ending in new[] { "", "-wal", "-shm" })
                    File.Delete(PathOf(name, databases) + ending);
            }
        }
    }

    /// <summary>The process that is to be killed.</summary>
    private sealed record Victim(Task<string?> Done, Func<int> Objects)
    {
        public async Task WhenStoredAsync(int objects)
        {
            while (!Done.IsCompleted && Objects() < objects)
                await Task.Delay(1);
        }
    }
}
