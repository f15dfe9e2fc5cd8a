using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.StorageContract;

internal static class ReadChecks
{
    public static async Task A_missing_object_is_not_found(StoreArea area)
    {
        await area.ExpectAbsentAsync("absent").ConfigureAwait(false);
        await area.ExpectAbsentAsync("a/deeper/absent").ConfigureAwait(false);
        await Expect.FailsAsync(
            SqlStates.UndefinedFile,
            "reading nothing of an absent object",
            () => area.Store.ReadAsync("absent", 0, default, area.Cancellation)).ConfigureAwait(false);
        Expect.Equal(
            0,
            (await area.ListAsync(new ListRequest { Prefix = "absent/" }).ConfigureAwait(false)).Count,
            "entries below an absent prefix");
        if (!area.Store.Capabilities.HasFlag(StoreCapabilities.ObjectLock))
            await area.Store.DeleteAsync("absent", area.Cancellation).ConfigureAwait(false);
    }

    public static async Task Reads_are_exact(StoreArea area)
    {
        var content = area.RandomBytes(100_003);
        await area.PutAsync("dir/object", content).ConfigureAwait(false);
        foreach (var (offset, length) in new[]
        {
            (0, content.Length), (0, 1), (content.Length - 1, 1), (50_000, 4096), (1, content.Length - 2),
            (0, 0), (777, 0), (content.Length, 0),
        })
        {
            // The bytes around the range show whether a store writes beyond the buffer that it was given.
            var around = new byte[length + 16];
            var buffer = around.AsMemory(8, length);
            await area.Store.ReadAsync("dir/object", offset, buffer, area.Cancellation).ConfigureAwait(false);
            Expect.That(
                buffer.Span.SequenceEqual(content.AsSpan(offset, length)),
                $"reading {length} bytes from {offset} must give those bytes");
            buffer.Span.Clear();
            Expect.That(
                !around.AsSpan().ContainsAnyExcept((byte)0), "a read must not touch anything but its buffer");
        }
    }

    public static async Task Ranges_beyond_the_end_are_errors(StoreArea area)
    {
        await area.PutAsync("object", area.RandomBytes(1000)).ConfigureAwait(false);
        foreach (var (offset, length) in new[] { (0, 1001), (999, 2), (1000, 1), (1001, 0), (5000, 10) })
        {
            var failure = await Expect.FailsAsync(
                SqlStates.DataCorrupted,
                $"reading {length} bytes from {offset} of 1000",
                () => area.Store.ReadAsync("object", offset, new byte[length], area.Cancellation))
                .ConfigureAwait(false);
            Expect.That(!failure.IsTransient, "a range beyond the end is not transient: retries cannot help");
        }
    }

    public static async Task Empty_objects_are_objects(StoreArea area)
    {
        await area.PutAsync("whole", default).ConfigureAwait(false);
        var writer = await area.Store.BeginPutAsync("parts", area.Cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
            await writer.CompleteAsync(area.Cancellation).ConfigureAwait(false);
        await area.ExpectContentAsync("whole", default).ConfigureAwait(false);
        await area.ExpectContentAsync("parts", default).ConfigureAwait(false);
        Expect.Sequence(
            [new ListEntry("parts", 0, false), new ListEntry("whole", 0, false)],
            await area.ListAsync(new ListRequest()).ConfigureAwait(false),
            "listing of empty objects");
    }

    public static async Task Big_objects_come_back_whole(StoreArea area)
    {
        var content = area.RandomBytes(area.BigObjectBytes);
        var writer = await area.Store.BeginPutAsync("big", area.Cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            // Parts of all sizes, some empty, none aligned to anything.
            for (var (offset, size) = (0, 1); offset < content.Length; size = (size * 3) % 1_500_007)
            {
                var part = content.AsMemory(offset, Math.Min(size, content.Length - offset));
                await writer.WritePartAsync(part, area.Cancellation).ConfigureAwait(false);
                await writer.WritePartAsync(default, area.Cancellation).ConfigureAwait(false);
                offset += part.Length;
            }

            await writer.CompleteAsync(area.Cancellation).ConfigureAwait(false);
        }

        await area.ExpectContentAsync("big", content).ConfigureAwait(false);
        for (var i = 0; i < 20; i++)
        {
            var offset = area.Random.Next(content.Length);
            var buffer = new byte[area.Random.Next(content.Length - offset)];
            await area.Other.ReadAsync("big", offset, buffer, area.Cancellation).ConfigureAwait(false);
            Expect.That(
                buffer.AsSpan().SequenceEqual(content.AsSpan(offset, buffer.Length)),
                $"reading {buffer.Length} bytes from {offset} must give those bytes");
        }
    }
}
