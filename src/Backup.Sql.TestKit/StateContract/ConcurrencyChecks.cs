using System.Globalization;
using System.Text;
using Backup.Sql.State;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.StateContract;

internal static class ConcurrencyChecks
{
    private const int Rounds = 10;

    public static async Task Concurrent_adds_of_one_key_have_one_winner(StateArea area)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var key = $"{round}";
            var won = await RaceAsync(area, async (store, racer) =>
                await store.TryCommitAsync([new("job", key, 0, StateArea.Bytes($"{racer}"))], area.Cancellation)
                    .ConfigureAwait(false)).ConfigureAwait(false);
            Expect.Equal(1, won.Count(yes => yes), $"callers that were told that they added {key}");
            await area.ExpectAsync("job", key, 1, $"{Array.IndexOf(won, true)}").ConfigureAwait(false);
        }
    }

    public static async Task Concurrent_counters_lose_nothing(StateArea area)
    {
        await RaceAsync(area, async (store, _) =>
        {
            for (var done = 0; done < Rounds;)
            {
                if (await TryCountAsync(store, area.Cancellation).ConfigureAwait(false))
                    done++;
            }

            return true;
        }).ConfigureAwait(false);
        var total = area.Concurrency * Rounds;
        await area.ExpectAsync("counter", "1", total, $"{total}").ConfigureAwait(false);
    }

    public static async Task Lists_show_one_moment(StateArea area)
    {
        await area.CommitAsync(ChangeHalves(0)).ConfigureAwait(false);
        var reading = area.Concurrency - 1;
        await RaceAsync(area, async (store, racer) =>
        {
            // One writes for as long as the others read.
            for (var version = 1; racer == 0 && Volatile.Read(ref reading) > 0; version++)
            {
                Expect.That(
                    await store.TryCommitAsync(ChangeHalves(version), area.Cancellation).ConfigureAwait(false),
                    "a commit must succeed when nobody else writes");
                await Task.Yield();
            }

            for (var round = 0; racer > 0 && round < Rounds; round++)
            {
                var halves = await store.ListAsync("half", area.Cancellation).ConfigureAwait(false);
                if (halves[0].Version == halves[1].Version)
                    continue;
                Volatile.Write(ref reading, 0);
                throw new ConformanceException("a list shows two entries that only change together at two moments");
            }

            Interlocked.Decrement(ref reading);
            return true;
        }).ConfigureAwait(false);
    }

    private static StateChange[] ChangeHalves(long version) =>
        [new("half", "a", version, StateArea.Bytes("{}")), new("half", "b", version, StateArea.Bytes("{}"))];

    private static async Task<bool> TryCountAsync(IStateStore store, CancellationToken cancellationToken)
    {
        var seen = await store.GetAsync("counter", "1", cancellationToken).ConfigureAwait(false);
        var count = seen is null ? 0
            : int.Parse(Encoding.UTF8.GetString(seen.Value.Span), CultureInfo.InvariantCulture);
        var next = new StateChange("counter", "1", seen?.Version ?? 0, StateArea.Bytes($"{count + 1}"));
        return await store.TryCommitAsync([next], cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool[]> RaceAsync(StateArea area, Func<IStateStore, int, Task<bool>> run)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var racers = Enumerable.Range(0, area.Concurrency).Select(async racer =>
        {
            await start.Task.ConfigureAwait(false);
            return await run(racer % 2 == 0 ? area.Store : area.Other, racer).ConfigureAwait(false);
        }).ToList();
        start.SetResult();
        return await Task.WhenAll(racers).ConfigureAwait(false);
    }
}
