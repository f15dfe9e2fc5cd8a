using Backup.Sql.State;
using Backup.Sql.TestKit.StateContract;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.Tests.StateContract;

public sealed class StateStoreConformanceTests
{
    public static TheoryData<StateDefect> Defects => [.. Enum.GetValues<StateDefect>().Except([StateDefect.None])];

    [Fact]
    public async Task A_store_without_defect_passes_every_check()
    {
        var report = await SuiteFor(StateDefect.None).RunAsync();
        Assert.Equal(StateStoreConformance.CheckNames, report.Results.Select(result => result.Check));
        Assert.All(report.Results, result => Assert.Equal(StoreCheckVerdict.Passed, result.Verdict));
    }

    [Theory]
    [MemberData(nameof(Defects))]
    public async Task Every_defect_is_found(StateDefect defect)
    {
        var failure = await Assert.ThrowsAsync<ConformanceException>(() => SuiteFor(defect).RunAsync());
        var failed = failure.Message.Split('\n').Where(line => line.StartsWith("failed", StringComparison.Ordinal));
        Assert.NotEmpty(failed);
    }

    [Fact]
    public async Task An_unknown_check_is_an_argument_error() => await Assert.ThrowsAsync<ArgumentException>(
        () => SuiteFor(StateDefect.None).RunAsync("No_such_check"));

    [Fact]
    public async Task Cancelling_a_run_ends_it() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => SuiteFor(StateDefect.None).RunAsync(new CancellationToken(canceled: true)));

    private static StateStoreConformance SuiteFor(StateDefect defect)
    {
        var states = new Dictionary<string, IStateStore>();
        return new StateStoreConformance((name, token) =>
        {
            token.ThrowIfCancellationRequested();
            if (!states.TryGetValue(name, out var store))
                states.Add(name, store = new DefectiveStateStore(defect));
            return new(store);
        });
    }
}
