using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.StorageContract;

internal static class ConcurrencyChecks
{
    private const int Rounds = 10;

    public static async Task Concurrent_puts_of_one_name_have_one_winner(StoreArea area)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var name = $"round/{round}";
            var created = await RaceAsync(
                area,
                async (store, racer) =>
                    await store.PutIfAbsentAsync(name, ContentOf(racer), area.Cancellation).ConfigureAwait(false))
                .ConfigureAwait(false);
            await ExpectOneWinnerAsync(area, name, created).ConfigureAwait(false);
        }
    }

    public static async Task Concurrent_writers_of_one_name_have_one_winner(StoreArea area)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var name = $"round/{round}";
            var created = await RaceAsync(
                area,
                async (store, racer) =>
                {
                    try
                    {
                        await PutChecks.PutInPartsAsync(store, name, ContentOf(racer), area.Cancellation)
                            .ConfigureAwait(false);
                        return true;
                    }
                    catch (BackupSqlException taken) when (taken.SqlState == SqlStates.DuplicateFile)
                    {
                        return false;
                    }
                }).ConfigureAwait(false);
            await ExpectOneWinnerAsync(area, name, created).ConfigureAwait(false);
        }
    }

    public static async Task Reads_follow_writes(StoreArea area) => await RaceAsync(
        area,
        async (store, racer) =>
        {
            var reader = store == area.Store ? area.Other : area.Store;
            for (var round = 0; round < Rounds; round++)
            {
                var name = $"{racer % 3}/{racer}-{round}";
                var content = ContentOf(racer);
                Expect.That(
                    await store.PutIfAbsentAsync(name, content, area.Cancellation).ConfigureAwait(false),
                    $"the first put of {name} must create it");
                var read = await area.ReadAllAsync(reader, name).ConfigureAwait(false);
                Expect.That(read.AsSpan().SequenceEqual(content), $"{name} must hold what was acknowledged");
            }

            return true;
        }).ConfigureAwait(false);

    public static async Task Listings_follow_writes(StoreArea area) => await RaceAsync(
        area,
        async (store, racer) =>
        {
            var reader = store == area.Store ? area.Other : area.Store;
            for (var round = 0; round < Rounds; round++)
            {
                var name = $"d/{racer}-{round}";
                await store.PutIfAbsentAsync(name, default, area.Cancellation).ConfigureAwait(false);
                var listed = await area.ListAsync(new ListRequest { Prefix = "d/" }, reader).ConfigureAwait(false);
                Expect.That(
                    listed.Exists(entry => entry.Name == name),
                    $"{name} was acknowledged before the listing started and must be in it");
                Expect.That(
                    listed.Zip(listed.Skip(1)).All(pair => ObjectName.Compare(pair.First.Name, pair.Second.Name) < 0),
                    "a listing must be ordered while others write");
            }

            return true;
        }).ConfigureAwait(false);

    public static async Task Concurrent_writers_of_different_names_do_not_mix(StoreArea area)
    {
        await RaceAsync(
            area,
            async (store, racer) =>
            {
                await PutChecks.PutInPartsAsync(store, $"d/{racer}", ContentOf(racer), area.Cancellation)
                    .ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        for (var racer = 0; racer < area.Concurrency; racer++)
            await area.ExpectContentAsync($"d/{racer}", ContentOf(racer)).ConfigureAwait(false);
    }

    // Bytes that tell whose they are, of a length that does too, in several parts.
    private static byte[] ContentOf(int racer) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"racer {racer} ", 4000 + racer)));

    private static async Task<bool[]> RaceAsync(StoreArea area, Func<IObjectStore, int, Task<bool>> run)
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

    private static async Task ExpectOneWinnerAsync(StoreArea area, string name, bool[] created)
    {
        Expect.Equal(1, created.Count(won => won), $"callers that were told that they created {name}");
        await area.ExpectContentAsync(name, ContentOf(Array.IndexOf(created, true))).ConfigureAwait(false);
    }
}
