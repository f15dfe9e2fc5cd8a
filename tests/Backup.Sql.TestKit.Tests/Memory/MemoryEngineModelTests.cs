using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.TestKit.Tests.Memory;

/// <summary>
/// Random transactions on the engine and on a model that keeps every state; all states must read alike.
/// </summary>
public sealed class MemoryEngineModelTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(200);

    private static Gen<IReadOnlyList<Write>> Transaction =>
        Gen.Choose(1, 5).SelectMany(length => Gen.ArrayOf(
            Gen.Choose(0, 12).SelectMany(key => Gen.Choose(0, 3).Select(value => new Write(key, value))), length))
            .Select(writes => (IReadOnlyList<Write>)writes);

    private static Arbitrary<Step[]> Histories =>
        Gen.Choose(0, 25).SelectMany(length => Gen.ArrayOf(
            Gen.Frequency<Step>(
                (6, Transaction.Select(writes => new Step(writes, 0))),
                (2, Transaction.Select(writes => new Step(writes, -1))),
                (1, Gen.Choose(0, 5000).Select(microseconds => new Step([], microseconds)))),
            length)).ToArbitrary();

    [Fact]
    public void Every_state_reads_as_the_model_recorded_it() =>
        Prop.ForAll(Histories, steps =>
        {
            var run = new Run();
            foreach (var step in steps)
                run.Do(step);
            foreach (var commit in run.Model.Commits)
            {
                Check(run, commit);
                if (commit.WallTime > run.Start.WallTime)
                    Check(run, commit with { WallTime = commit.WallTime - 1 });
            }
        }).Check(Thorough);

    [Fact]
    public void Changes_of_any_window_are_those_of_the_model() =>
        Prop.ForAll(Histories, Gen.Choose(0, 1000).ToArbitrary(), (steps, at) =>
        {
            var run = new Run();
            foreach (var step in steps)
                run.Do(step);
            using var exports = new WindowReader(run);
            var commits = run.Model.Commits;
            var start = commits.Count == 0 ? HlcTimestamp.Zero : commits[at % commits.Count];
            var changes = exports.Read(new ExportWindow { Start = start });
            var wanted = run.Model.Changed(start, HlcTimestamp.MaxValue).Order().ToList();
            Assert.Equal(wanted, changes.Select(change => change.Key));
            Assert.All(changes, change => Assert.Equal(run.Model.Current.GetValueOrDefault(change.Key), change.Value));
        }).Check(Thorough);

    [Fact]
    public void All_versions_replay_to_every_state_of_the_model() =>
        Prop.ForAll(Histories, steps =>
        {
            var run = new Run();
            foreach (var step in steps)
                run.Do(step);
            using var exports = new WindowReader(run);
            var window = new ExportWindow { AllVersions = true };
            var versions = exports.Read(window).OrderBy(version => version.At).ToList();
            foreach (var commit in run.Model.Commits)
            {
                var state = new SortedDictionary<long, string>();
                foreach (var version in versions.Where(version => version.At <= commit))
                {
                    state.Remove(version.Key);
                    if (version.Value is not null)
                        state.Add(version.Key, version.Value);
                }

                Assert.Equal(run.Model.AsOf(commit), state);
            }
        }).Check(Thorough);

    [Fact]
    public void Collecting_garbage_changes_no_state_that_is_still_kept() =>
        Prop.ForAll(Histories, Gen.Choose(0, 60_000).ToArbitrary(), (steps, retention) =>
        {
            var run = new Run(TimeSpan.FromMicroseconds(retention));
            foreach (var step in steps)
                run.Do(step);
            var oldest = run.Engine.CollectGarbage();
            Assert.Equal(run.Model.Current, run.Read(null));
            foreach (var commit in run.Model.Commits)
            {
                if (commit >= oldest)
                    Check(run, commit);
                else
                    Assert.Equal(
                        SqlStates.TimeOutOfRange, Assert.Throws<BackupSqlException>(() => run.Read(commit)).SqlState);
            }
        }).Check(Thorough);

    [Fact]
    public void Of_two_transactions_that_write_the_same_row_one_wins() =>
        Prop.ForAll(Gen.Two(Transaction).ToArbitrary(), pair =>
        {
            var run = new Run();
            run.Do(new Step([new Write(1, 1), new Write(2, 2), new Write(3, 3)], 0));
            using var first = run.Engine.BeginTransaction();
            using var second = run.Engine.BeginTransaction();
            var firstWrites = run.Apply(first, pair.Item1);
            var secondWrites = run.Apply(second, pair.Item2);
            run.Model.Commit(first.Commit(), firstWrites);
            if (firstWrites.Keys.Intersect(secondWrites.Keys).Any())
                Assert.Equal("40001", Assert.Throws<BackupSqlException>(() => second.Commit()).SqlState);
            else
                run.Model.Commit(second.Commit(), secondWrites);
            Assert.Equal(run.Model.Current, run.Read(null));
        }).Check(Thorough);

    private static void Check(Run run, HlcTimestamp time) => Assert.Equal(run.Model.AsOf(time), run.Read(time));

    /// <summary>A value of 0 deletes.</summary>
    public sealed record Write(int Key, int Value);

    /// <summary>A transaction, or a move of the clock by microseconds; a move of -1 gives the transaction up.</summary>
    public sealed record Step(IReadOnlyList<Write> Writes, int Microseconds);

    private sealed class Run
    {
        private readonly ManualTimeProvider _clock = new();

        public Run(TimeSpan? retention = null)
        {
            Engine = new MemoryEngine(new MemoryEngineOptions
            {
                TimeProvider = _clock,
                HistoryRetention = retention ?? TimeSpan.FromHours(1),
            });
            Engine.CreateDatabase("d");
            Table = Engine.Create(new TableBuilder("d", "t")
                .Column("id", ColumnKind.Integer).Column("v", ColumnKind.Text)
                .PrimaryKey("id").Index("t_v", "v").Build());
            Start = HlcTimestamp.FromDateTimeOffset(_clock.GetUtcNow());
        }

        public HlcTimestamp Start { get; }

        public MemoryEngine Engine { get; }

        public NaiveDatabase Model { get; } = new();

        public TableDescriptor Table { get; }

        public void Do(Step step)
        {
            if (step.Microseconds > 0)
                _clock.Advance(TimeSpan.FromMicroseconds(step.Microseconds));
            using var transaction = Engine.BeginTransaction();
            var writes = Apply(transaction, step.Writes);
            if (step.Microseconds >= 0 && writes.Count > 0)
                Model.Commit(transaction.Commit(), writes);
        }

        public IReadOnlyDictionary<long, string?> Apply(MemoryTransaction transaction, IReadOnlyList<Write> writes)
        {
            var written = new Dictionary<long, string?>();
            foreach (var (key, number) in writes)
            {
                var value = number == 0 ? null : $"value {number}";
                var isThere = transaction.Read(Table, (long)key) is not null;
                if (value is null && !transaction.Delete(Table, (long)key))
                    continue;
                if (value is not null && isThere)
                    transaction.Update(Table, [(long)key], [(long)key, value]);
                else if (value is not null)
                    transaction.Insert(Table, (long)key, value);
                if (value is null && !Model.Current.ContainsKey(key))
                    written.Remove(key); // came and went inside the transaction
                else
                    written[key] = value;
            }

            return written;
        }

        public SortedDictionary<long, string> Read(HlcTimestamp? time) =>
            new(Engine.ReadAll(Table, time).ToDictionary(row => (long)row[0]!, row => (string)row[1]!));
    }

    private sealed record Version(long Key, HlcTimestamp At, string? Value);

    private sealed class WindowReader(Run run) : IDisposable
    {
        private readonly IEngineSnapshot _snapshot =
            run.Engine.OpenSnapshotAsync(new SnapshotRequest { Databases = ["d"] }).AsTask().GetAwaiter().GetResult();

        public List<Version> Read(ExportWindow window)
        {
            var sink = new CollectedRows();
            _snapshot.ExportAsync(
                new TableSpace("d", run.Table.Id), KeySpan.All, window, sink).AsTask().GetAwaiter().GetResult();
            return [.. sink.Rows.Select(row =>
            {
                var reader = new KeyReader(row.Key);
                reader.MoveNext();
                return new Version(
                    reader.GetInteger(),
                    row.Timestamp,
                    row.Value is null ? null : (string)ValueReader.ReadAll(row.Value)[1]!);
            })];
        }

        public void Dispose() => _snapshot.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
