using Backup.Sql.Diagnostics;
using Backup.Sql.State;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.StateContract;

/// <summary>
/// The obligations of <see cref="IStateStore"/> as checks that run against any state store. It knows no test framework:
/// a broken obligation is a <see cref="ConformanceException"/>.
/// </summary>
public sealed class StateStoreConformance
{
    private static readonly Func<StateArea, Task>[] Checks =
    [
        EntryChecks.A_missing_entry_is_null,
        EntryChecks.An_entry_comes_back_as_it_was_given,
        EntryChecks.Versions_count_the_changes,
        EntryChecks.A_removed_entry_is_gone,
        EntryChecks.Kinds_and_keys_are_told_apart_exactly,
        EntryChecks.What_is_kept_does_not_change_with_the_callers_buffer,
        EntryChecks.Lists_hold_one_kind_in_ordinal_order,
        CommitChecks.A_change_of_another_version_changes_nothing,
        CommitChecks.Absence_can_be_expected,
        CommitChecks.Several_changes_happen_together_or_not_at_all,
        CommitChecks.A_cancelled_call_changes_nothing,
        CommitChecks.A_call_cancelled_at_any_moment_changes_everything_or_nothing,
        CommitChecks.Random_changes_agree_with_a_model,
        ConcurrencyChecks.Concurrent_adds_of_one_key_have_one_winner,
        ConcurrencyChecks.Concurrent_counters_lose_nothing,
        ConcurrencyChecks.Lists_show_one_moment,
    ];

    private readonly Func<string, CancellationToken, ValueTask<IStateStore>> _open;

    /// <summary>Prepares the suite for a store.</summary>
    /// <param name="open">
    /// Opens the state that the text names: the same text means the same entries, another text others. The suite opens
    /// a state twice, as two processes would, and disposes of both; a store that lives in memory may give the same
    /// object twice. States are new and must be empty.
    /// </param>
    public StateStoreConformance(Func<string, CancellationToken, ValueTask<IStateStore>> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        _open = open;
    }

    /// <summary>The names of the checks.</summary>
    public static IReadOnlyList<string> CheckNames { get; } = [.. Checks.Select(check => check.Method.Name)];

    /// <summary>Calls under way at once in the checks of concurrency. Default 8.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Names states, so that runs do not meet. Default: the operating system's random numbers.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>Runs all checks, each on a state of its own.</summary>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The results; none of them is a failure.</returns>
    /// <exception cref="ConformanceException">At least one check failed; the message has all results.</exception>
    public async Task<StoreConformanceReport> RunAsync(CancellationToken cancellationToken = default)
    {
        var results = new List<StoreCheckResult>();
        foreach (var check in Checks)
            results.Add(await RunAsync(check, cancellationToken).ConfigureAwait(false));
        var report = new StoreConformanceReport(results);
        return report.Failures.Any() ? throw new ConformanceException($"the state store fails:\n{report}") : report;
    }

    /// <summary>Runs one check.</summary>
    /// <param name="check">One of <see cref="CheckNames"/>.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The result; a failure is one as well.</returns>
    public Task<StoreCheckResult> RunAsync(string check, CancellationToken cancellationToken = default) =>
        RunAsync(Array.Find(Checks, known => known.Method.Name == check)
            ?? throw new ArgumentException($"there is no check {check}", nameof(check)), cancellationToken);

    private async Task<StoreCheckResult> RunAsync(Func<StateArea, Task> check, CancellationToken cancellationToken)
    {
        var name = check.Method.Name;
        try
        {
            var area = await OpenAreaAsync(name, cancellationToken).ConfigureAwait(false);
            await using (area.ConfigureAwait(false))
                await check(area).ConfigureAwait(false);
            return new StoreCheckResult(name, StoreCheckVerdict.Passed);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = failure is ConformanceException ? failure.Message : Expect.Describe(failure);
            return new StoreCheckResult(name, StoreCheckVerdict.Failed, reason);
        }
    }

    private async Task<StateArea> OpenAreaAsync(string check, CancellationToken cancellationToken)
    {
        var id = new byte[8];
        Random.Fill(id);
        var name = $"{check}-{Convert.ToHexStringLower(id)}";
        var store = await _open(name, cancellationToken).ConfigureAwait(false);
        var other = await _open(name, cancellationToken).ConfigureAwait(false);
        return new StateArea(store, other, Concurrency, cancellationToken);
    }
}
