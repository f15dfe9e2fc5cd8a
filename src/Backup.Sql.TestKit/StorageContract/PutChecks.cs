using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.StorageContract;

internal static class PutChecks
{
    public static async Task Parts_join_in_order_and_their_memory_may_be_reused(StoreArea area)
    {
        var expected = new List<byte>();
        var buffer = new byte[10_000];
        var writer = await area.Store.BeginPutAsync("a/b/c/object", area.Cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            for (var part = 0; part < 20; part++)
            {
                var bytes = buffer.AsMemory(0, area.Random.Next(buffer.Length));
                area.Random.Fill(bytes.Span);
                expected.AddRange(bytes.Span);
                await writer.WritePartAsync(bytes, area.Cancellation).ConfigureAwait(false);
                bytes.Span.Clear();
            }

            await writer.CompleteAsync(area.Cancellation).ConfigureAwait(false);
        }

        await area.ExpectContentAsync("a/b/c/object", expected.ToArray()).ConfigureAwait(false);
    }

    public static async Task Nothing_is_visible_before_completion(StoreArea area)
    {
        var content = area.RandomBytes(300_000);
        var writer = await area.Store.BeginPutAsync("d/object", area.Cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await area.ExpectAbsentAsync("d/object").ConfigureAwait(false);
            await writer.WritePartAsync(content, area.Cancellation).ConfigureAwait(false);
            await area.ExpectAbsentAsync("d/object").ConfigureAwait(false);
            Expect.Equal(
                0,
                (await area.ListAsync(new ListRequest { Delimiter = "/" }).ConfigureAwait(false)).Count,
                "prefixes of an object that is still written");
            await writer.CompleteAsync(area.Cancellation).ConfigureAwait(false);
        }

        await area.ExpectContentAsync("d/object", content).ConfigureAwait(false);
    }

    public static async Task Abandoned_writers_leave_nothing(StoreArea area)
    {
        foreach (var parts in new[] { 0, 1, 5 })
        {
            var writer = await area.Store.BeginPutAsync("d/object", area.Cancellation).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                for (var part = 0; part < parts; part++)
                    await writer.WritePartAsync(area.RandomBytes(100_000), area.Cancellation).ConfigureAwait(false);
            }

            await area.ExpectAbsentAsync("d/object").ConfigureAwait(false);
        }

        // The name is as free as before.
        await area.PutAsync("d/object", area.RandomBytes(10)).ConfigureAwait(false);
    }

    public static async Task A_cancelled_call_changes_nothing(StoreArea area)
    {
        var cancelled = new CancellationToken(canceled: true);
        var content = area.RandomBytes(100);
        await area.PutAsync("present", content).ConfigureAwait(false);
        await Expect.IsCancelledAsync(
            "put", async () => await area.Store.PutIfAbsentAsync("new", content, cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
        await Expect.IsCancelledAsync(
            "beginning", async () => await area.Store.BeginPutAsync("new", cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
        await Expect.IsCancelledAsync(
            "reading", () => area.Store.ReadAsync("present", 0, new byte[1], cancelled)).ConfigureAwait(false);
        await Expect.IsCancelledAsync(
            "asking", async () => await area.Store.HeadAsync("present", cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
        await Expect.IsCancelledAsync(
            "listing",
            async () => await area.Store.ListAsync(new ListRequest(), cancelled).CountAsync(cancelled)
                .ConfigureAwait(false)).ConfigureAwait(false);
        await Expect.IsCancelledAsync("deleting", () => area.Store.DeleteAsync("present", cancelled))
            .ConfigureAwait(false);

        var writer = await area.Store.BeginPutAsync("new", area.Cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await writer.WritePartAsync(content, area.Cancellation).ConfigureAwait(false);
            await Expect.IsCancelledAsync("completing", () => writer.CompleteAsync(cancelled)).ConfigureAwait(false);
        }

        await area.ExpectAbsentAsync("new").ConfigureAwait(false);
        await area.ExpectContentAsync("present", content).ConfigureAwait(false);
    }

    public static async Task A_put_cancelled_at_any_moment_is_whole_or_absent(StoreArea area)
    {
        var content = area.RandomBytes(200_000);
        for (var round = 0; round < 20; round++)
        {
            var name = $"round/{round}";
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(area.Cancellation);
            var put = Task.Run(() => PutInPartsAsync(area.Store, name, content, cancel.Token), CancellationToken.None);

            // The cancellation meets each round at another moment; which one does not matter.
            for (var yields = 0; yields < round; yields++)
                await Task.Yield();
            await cancel.CancelAsync().ConfigureAwait(false);
            try
            {
                await put.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Cancelled in time, or at the very end: the object tells which.
            }

            if (await area.Store.HeadAsync(name, area.Cancellation).ConfigureAwait(false) is null)
                await area.ExpectAbsentAsync(name).ConfigureAwait(false);
            else
                await area.ExpectContentAsync(name, content).ConfigureAwait(false);
        }
    }

    public static async Task A_taken_name_is_never_overwritten(StoreArea area)
    {
        var content = area.RandomBytes(1000);
        var intruder = area.RandomBytes(2000);
        await area.PutAsync("d/object", content).ConfigureAwait(false);
        foreach (var instance in new[] { area.Store, area.Other })
        {
            Expect.That(
                !await instance.PutIfAbsentAsync("d/object", intruder, area.Cancellation).ConfigureAwait(false),
                "a put of a taken name must say false");
            Expect.That(
                !await instance.PutIfAbsentAsync("d/object", content, area.Cancellation).ConfigureAwait(false),
                "a put of a taken name must say false though the bytes are the same");
            await Expect.FailsAsync(
                SqlStates.DuplicateFile,
                "writing a taken name in parts",
                () => new ValueTask(PutInPartsAsync(instance, "d/object", intruder, area.Cancellation)))
                .ConfigureAwait(false);
        }

        // A name that was free when the writer began, and is taken when it ends.
        var late = await area.Store.BeginPutAsync("late", area.Cancellation).ConfigureAwait(false);
        await using (late.ConfigureAwait(false))
        {
            await late.WritePartAsync(intruder, area.Cancellation).ConfigureAwait(false);
            await area.PutAsync("late", content).ConfigureAwait(false);
            await Expect.FailsAsync(
                SqlStates.DuplicateFile,
                "completing a name that was taken meanwhile",
                () => late.CompleteAsync(area.Cancellation)).ConfigureAwait(false);
        }

        await area.ExpectContentAsync("d/object", content).ConfigureAwait(false);
        await area.ExpectContentAsync("late", content).ConfigureAwait(false);
    }

    public static async Task Invalid_names_are_refused(StoreArea area)
    {
        foreach (var name in new[]
        {
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "a\0b", "a\nb", "a\u007F",
            ".~a", "a/.~b", "half \ud800 pair", new string('a', ObjectName.MaxPartBytes + 1),
        })
        {
            foreach (var act in new Func<ValueTask>[]
            {
                async () => await area.Store.PutIfAbsentAsync(name, default, area.Cancellation).ConfigureAwait(false),
                async () => await area.Store.BeginPutAsync(name, area.Cancellation).ConfigureAwait(false),
                () => area.Store.ReadAsync(name, 0, default, area.Cancellation),
                async () => await area.Store.HeadAsync(name, area.Cancellation).ConfigureAwait(false),
                () => area.Store.DeleteAsync(name, area.Cancellation),
            })
            {
                var what = $"the name '{name.Replace('\0', '0')}'";
                await Expect.FailsAsync(SqlStates.InvalidParameterValue, what, act).ConfigureAwait(false);
            }
        }
    }

    public static async Task Unicode_names_survive(StoreArea area)
    {
        string[] names =
        [
            "space in name", "percent%20%2F", "plus+and&=?#", "quote'\"", "~tilde", "...", ".hidden", "ümlaut",
            "日本語/データ", "\U0001F4BE", "e\u0301", "a:b;c,d@e$f!g(h)[i]{j}",
        ];
        foreach (var name in names)
            await area.PutAsync(name, StoreArea.LengthMark(name)).ConfigureAwait(false);
        foreach (var name in names)
            await area.ExpectContentAsync(name, StoreArea.LengthMark(name)).ConfigureAwait(false);
        Expect.Sequence(
            [.. names.Order(ObjectName.Order).Select(name => new ListEntry(name, name.Length, false))],
            await area.ListAsync(new ListRequest()).ConfigureAwait(false),
            "listing");
    }

    public static async Task Deleting_twice_is_fine(StoreArea area)
    {
        await area.PutAsync("d/object", area.RandomBytes(10)).ConfigureAwait(false);
        await area.PutAsync("d/object-two", area.RandomBytes(20)).ConfigureAwait(false);
        await area.Store.DeleteAsync("d/object", area.Cancellation).ConfigureAwait(false);
        await area.ExpectAbsentAsync("d/object").ConfigureAwait(false);
        await area.Store.DeleteAsync("d/object", area.Cancellation).ConfigureAwait(false);
        await area.Other.DeleteAsync("d/object", area.Cancellation).ConfigureAwait(false);
        Expect.Sequence(
            [new ListEntry("d/object-two", 20, false)],
            await area.ListAsync(new ListRequest()).ConfigureAwait(false),
            "what deleting leaves");

        var content = area.RandomBytes(30);
        await area.PutAsync("d/object", content).ConfigureAwait(false);
        await area.ExpectContentAsync("d/object", content).ConfigureAwait(false);
    }

    public static async Task Deleting_many_deletes_those_and_no_others(StoreArea area)
    {
        string[] kept = ["d/0", "d/1x", "e/1"];
        string[] going = [.. Enumerable.Range(1, 40).Select(number => $"d/{number}"), "d/&<>\"'", "d/ümlaut +%20"];
        foreach (var name in kept.Concat(going))
            await area.PutAsync(name, area.RandomBytes(3)).ConfigureAwait(false);
        await area.Store.DeleteManyAsync([.. going, "d/there-is-none"], area.Cancellation).ConfigureAwait(false);
        Expect.Sequence(
            [.. kept.Select(name => new ListEntry(name, 3, false))],
            await area.ListAsync(new ListRequest()).ConfigureAwait(false),
            "what deleting many leaves");
        await area.Store.DeleteManyAsync([], area.Cancellation).ConfigureAwait(false);
        await area.Store.DeleteManyAsync(going, area.Cancellation).ConfigureAwait(false);
        await Expect.FailsAsync(
            SqlStates.InvalidParameterValue, "a bad name among many",
            () => area.Store.DeleteManyAsync(["e/1", "../e/1"], area.Cancellation)).ConfigureAwait(false);
    }

    internal static async Task PutInPartsAsync(
        IObjectStore store, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var writer = await store.BeginPutAsync(name, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            const int partBytes = 16_384;
            for (var offset = 0; offset < content.Length; offset += partBytes)
            {
                var part = content.Slice(offset, Math.Min(partBytes, content.Length - offset));
                await writer.WritePartAsync(part, cancellationToken).ConfigureAwait(false);
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
