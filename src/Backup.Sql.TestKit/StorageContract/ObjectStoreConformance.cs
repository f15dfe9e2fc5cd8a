using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.StorageContract;

/// <summary>
/// The obligations of <see cref="IObjectStore"/> as checks that run against any store, the real bucket of a user
/// included. It knows no test framework: a broken obligation is a <see cref="ConformanceException"/>.
/// </summary>
public sealed class ObjectStoreConformance
{
    private static readonly StoreCheck[] Checks =
    [
        new(ReadChecks.A_missing_object_is_not_found),
        new(ReadChecks.Reads_are_exact),
        new(ReadChecks.Ranges_beyond_the_end_are_errors),
        new(ReadChecks.Empty_objects_are_objects),
        new(ReadChecks.Big_objects_come_back_whole),
        new(PutChecks.Parts_join_in_order_and_their_memory_may_be_reused),
        new(PutChecks.Nothing_is_visible_before_completion),
        new(PutChecks.Abandoned_writers_leave_nothing),
        new(PutChecks.A_cancelled_call_changes_nothing),
        new(PutChecks.A_put_cancelled_at_any_moment_is_whole_or_absent),
        new(PutChecks.A_taken_name_is_never_overwritten),
        new(PutChecks.Invalid_names_are_refused),
        new(PutChecks.Unicode_names_survive),
        new(PutChecks.Deleting_twice_is_fine) { Without = StoreCapabilities.ObjectLock },
        new(PutChecks.Deleting_many_deletes_those_and_no_others) { Without = StoreCapabilities.ObjectLock },
        new(ListChecks.Listings_are_in_the_order_of_bytes),
        new(ListChecks.Prefix_start_and_delimiter_select),
        new(ListChecks.Listings_agree_with_a_model),
        new(ListChecks.Many_objects_are_listed_without_a_gap),
        new(ConcurrencyChecks.Concurrent_puts_of_one_name_have_one_winner) { With = StoreCapabilities.ConditionalPut },
        new(ConcurrencyChecks.Concurrent_writers_of_one_name_have_one_winner)
        {
            With = StoreCapabilities.ConditionalPut,
        },
        new(ConcurrencyChecks.Reads_follow_writes),
        new(ConcurrencyChecks.Listings_follow_writes) { With = StoreCapabilities.StrongListing },
        new(ConcurrencyChecks.Concurrent_writers_of_different_names_do_not_mix),
    ];

    private readonly Func<string, CancellationToken, ValueTask<IObjectStore>> _open;

    /// <summary>Prepares the suite for a store.</summary>
    /// <param name="open">
    /// Opens the store at a location that the text names: the same text means the same objects, another text others.
    /// The suite opens a location several times at once, as several processes would. Locations are new and must be
    /// empty.
    /// </param>
    public ObjectStoreConformance(Func<string, CancellationToken, ValueTask<IObjectStore>> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        _open = open;
    }

    /// <summary>The names of the checks.</summary>
    public static IReadOnlyList<string> CheckNames { get; } = [.. Checks.Select(check => check.Name)];

    /// <summary>
    /// Size of the big object in bytes. Default 20 MiB: more than one part of the usual multipart uploads.
    /// </summary>
    public int BigObjectBytes { get; init; } = 20 << 20;

    /// <summary>Objects of the long listing. Default 1100: more than the usual page.</summary>
    public int ManyObjects { get; init; } = 1100;

    /// <summary>Calls under way at once in the checks of concurrency. Default 16.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>Names locations, so that runs do not meet. Default: the operating system's random numbers.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;

    /// <summary>
    /// Runs all checks, each at a location of its own, which it leaves empty if the store can delete.
    /// </summary>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The results; none of them is a failure.</returns>
    /// <exception cref="ConformanceException">At least one check failed; the message has all results.</exception>
    public async Task<StoreConformanceReport> RunAsync(CancellationToken cancellationToken = default)
    {
        var results = new List<StoreCheckResult>();
        foreach (var check in Checks)
            results.Add(await RunAsync(check, cancellationToken).ConfigureAwait(false));
        var report = new StoreConformanceReport(results);
        return report.Failures.Any() ? throw new ConformanceException($"the store fails:\n{report}") : report;
    }

    /// <summary>Runs one check.</summary>
    /// <param name="check">One of <see cref="CheckNames"/>.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The result; a failure is one as well.</returns>
    public Task<StoreCheckResult> RunAsync(string check, CancellationToken cancellationToken = default) =>
        RunAsync(Array.Find(Checks, known => known.Name == check)
            ?? throw new ArgumentException($"there is no check {check}", nameof(check)), cancellationToken);

    private async Task<StoreCheckResult> RunAsync(StoreCheck check, CancellationToken cancellationToken)
    {
        try
        {
            var area = await OpenAreaAsync(check.Name, cancellationToken).ConfigureAwait(false);
            await using (area.ConfigureAwait(false))
            {
                if (check.ReasonToSkip(area.Store.Capabilities) is { } reason)
                    return new StoreCheckResult(check.Name, StoreCheckVerdict.Skipped, reason);
                await check.Run(area).ConfigureAwait(false);
                return new StoreCheckResult(check.Name, StoreCheckVerdict.Passed);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = failure is ConformanceException ? failure.Message : Expect.Describe(failure);
            return new StoreCheckResult(check.Name, StoreCheckVerdict.Failed, reason);
        }
    }

    private async Task<StoreArea> OpenAreaAsync(string check, CancellationToken cancellationToken)
    {
        var id = new byte[8];
        Random.Fill(id);
        var location = $"{check}-{Convert.ToHexStringLower(id)}";
        var store = await _open(location, cancellationToken).ConfigureAwait(false);
        var other = await _open(location, cancellationToken).ConfigureAwait(false);
        return new StoreArea(store, other, this, cancellationToken);
    }
}
